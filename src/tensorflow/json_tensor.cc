#include "tensorflow/json_tensor.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::tensorflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostDimensions = 254;  // tensor_shape.h of TensorFlow

// Calls function.operator()<T>() with the C++ type of `dtype`; false: there is none.
template <typename Function>
bool with_type(std::string_view dtype, Function function) {
  const auto matches = [&]<typename T>() {
    if (dtype != DtypeOf<T>::value) return false;
    function.template operator()<T>();
    return true;
  };
  return matches.template operator()<float>() || matches.template operator()<double>() ||
         matches.template operator()<int8_t>() || matches.template operator()<int16_t>() ||
         matches.template operator()<int32_t>() || matches.template operator()<int64_t>() ||
         matches.template operator()<uint8_t>() || matches.template operator()<uint16_t>() ||
         matches.template operator()<uint32_t>() || matches.template operator()<uint64_t>() ||
         matches.template operator()<bool>() || matches.template operator()<std::string>();
}

// Nothing: the value is none of T.
template <typename T>
std::optional<T> value_of(const Json& json) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (json.is_string()) return json.get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (json.is_boolean()) return json.get<bool>();
  } else if constexpr (std::is_floating_point_v<T>) {
    // A larger number would become infinite.
    if (json.is_number() && std::abs(json.get<double>()) <= std::numeric_limits<T>::max())
      return static_cast<T>(json.get<double>());
  } else if (json.is_number_unsigned()) {
    if (std::in_range<T>(json.get<uint64_t>())) return static_cast<T>(json.get<uint64_t>());
  } else if (json.is_number_integer()) {
    if (std::in_range<T>(json.get<int64_t>())) return static_cast<T>(json.get<int64_t>());
  }
  return std::nullopt;
}

std::vector<int64_t> shape_of(const Json& json) {
  std::vector<int64_t> shape;
  for (const Json* level = &json; level->is_array(); level = &level->front()) {
    shape.push_back(static_cast<int64_t>(level->size()));
    if (level->empty()) break;
  }
  return shape;
}

template <typename T>
Result<void> collect(const Json& json, const std::vector<int64_t>& shape, size_t depth,
                     std::vector<T>& values) {
  if (depth == shape.size()) {
    const std::optional<T> value = value_of<T>(json);
    if (!value)
      return fail(Code::kUsage, "{} is no {}", printable(json.dump(-1, ' ', true), 60), DtypeOf<T>::value);
    values.push_back(*value);
    return {};
  }
  if (!json.is_array() || static_cast<int64_t>(json.size()) != shape[depth])
    return fail(Code::kUsage, "its lists have different lengths; a tensor's are alike");
  for (const Json& element : json) TFHUB_TRY(collect(element, shape, depth + 1, values));
  return {};
}

template <typename T>
Json nested(std::span<const T> values, const std::vector<int64_t>& shape, size_t depth) {
  if (depth == shape.size()) return values.front();
  Json list = Json::array();
  const auto count = static_cast<size_t>(shape[depth]);
  for (size_t i = 0; i < count; ++i) {
    const size_t each = values.size() / count;
    list.push_back(nested(values.subspan(i * each, each), shape, depth + 1));
  }
  return list;
}

}  // namespace

Result<Tensor> tensor_of_json(std::string_view text, std::string_view dtype) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    return fail(Code::kUsage, "'{}' is no JSON; write for example [1, 2] or [\"text\"], or name a .npy file",
                printable(text, 60));
  const std::vector<int64_t> shape = shape_of(json);
  if (shape.size() > kMostDimensions)
    return fail(Code::kUsage, "it has more than {} dimensions", kMostDimensions);
  Result<Tensor> tensor =
      fail(Code::kUsage, "values of the type {} cannot be written as JSON; give a .npy file", dtype);
  with_type(dtype, [&]<typename T>() {
    std::vector<T> values;
    if (auto collected = collect(json, shape, 0, values); !collected)
      tensor = tl::unexpected(std::move(collected).error());
    else
      tensor = Tensor::of<T>(shape, std::move(values));
  });
  return tensor;
}

Result<Json> json_of(const Tensor& tensor) {
  Result<Json> json =
      fail(Code::kUsage, "values of the type {} cannot be written as JSON; take a .npy file", tensor.dtype());
  with_type(tensor.dtype(), [&]<typename T>() { json = nested(tensor.values<T>(), tensor.shape(), 0); });
  return json;
}

}  // namespace tfhub::tensorflow
