#include "savedmodel/structured_value.h"

#include <set>
#include <string>

#include "savedmodel/tensor_proto.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using wire::Field;
using wire::for_each_field;

class Flattener {
 public:
  // `list_prefix`: what stands before the number of a list's element at the outermost level. `use_names`: a
  // tensor is called by its spec's name where it has one.
  Flattener(std::string_view list_prefix, bool use_names, Budget& budget)
      : prefix_(list_prefix), use_names_(use_names), budget_(budget) {}

  Result<void> value(Bytes message, const std::string& path, int depth) {
    if (depth > wire::kMaxDepth) return fail(Code::kCorrupt, "its values are nested too deep");
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.type != wire::Type::kBytes) return {};
      switch (field.number) {
        case 33:  // tensor_spec_value
        case 35:  // bounded_tensor_spec_value
          return tensor(field.bytes, path);
        case 34:  // type_spec_value: a ragged or sparse tensor, a dataset, …
          return composite(field.bytes, path);
        case 51:  // list_value
        case 52:  // tuple_value
          return list(field.bytes, path, depth);
        case 53:  // dict_value
          return pairs(field.bytes, 1, path, depth);
        case 54:  // named_tuple_value
          return pairs(field.bytes, 2, path, depth);
        default:
          return {};
      }
    });
  }

  Result<void> list(Bytes message, const std::string& path, int depth) {
    size_t index = 0;
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (!field.is_message(1)) return {};
      const std::string place =
          path.empty() ? fmt::format("{}{}", prefix_, index) : fmt::format("{}/{}", path, index);
      ++index;
      TFHUB_TRY(budget_.take(1, place.size()));
      return value(field.bytes, place, depth + 1);
    });
  }

  std::vector<TensorSpec> take() { return std::move(specs_); }

 private:
  Result<void> pairs(Bytes message, uint32_t number, const std::string& path, int depth) {
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (!field.is_message(number)) return {};
      TFHUB_ASSIGN(const auto entry, wire::map_entry(field.bytes));
      const std::string key(entry.key);
      TFHUB_TRY(budget_.take(1, path.size() + key.size()));
      return value(entry.value, path.empty() ? key : path + "/" + key, depth + 1);
    });
  }

  Result<void> tensor(Bytes message, const std::string& path) {
    TFHUB_ASSIGN(TensorSpec spec, read_tensor_spec(message, budget_));
    spec.key = use_names_ && !spec.name.empty() ? spec.name : path;
    return add(std::move(spec));
  }

  Result<void> composite(Bytes message, const std::string& path) {
    TensorSpec spec;
    spec.key = path;
    TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_text(3)) spec.encoding = field.text();
      return {};
    }));
    if (spec.encoding.empty()) spec.encoding = "composite";
    return add(std::move(spec));
  }

  Result<void> add(TensorSpec spec) {
    if (spec.key.empty()) spec.key = prefix_ + "0";
    for (const std::string key = spec.key; !keys_.insert(spec.key).second; ++repeated_)
      spec.key = fmt::format("{}#{}", key, repeated_);
    TFHUB_TRY(budget_.take(1, 2 * spec.key.size() + spec.encoding.size()));
    specs_.push_back(std::move(spec));
    return {};
  }

  std::string prefix_;
  bool use_names_;
  Budget& budget_;
  std::vector<TensorSpec> specs_;
  std::set<std::string> keys_;
  uint64_t repeated_ = 2;  // never starts over: finding a free key must not take longer and longer
};

}  // namespace

Result<std::vector<TensorSpec>> flat_arguments(Bytes message, Budget& budget) {
  Flattener flattener("args_", true, budget);
  // The outer pair: what is positional counts from 0, what is a keyword has its name.
  TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
    if (!field.is_message(52)) return {};
    return for_each_field(field.bytes, [&](const Field& half) -> Result<void> {
      return half.is_message(1) ? flattener.value(half.bytes, {}, 1) : Result<void>();
    });
  }));
  return flattener.take();
}

Result<std::vector<TensorSpec>> flat_results(Bytes message, Budget& budget) {
  Flattener flattener("output_", false, budget);
  TFHUB_TRY(flattener.value(message, {}, 0));
  return flattener.take();
}

}  // namespace tfhub::savedmodel
