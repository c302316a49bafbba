#include "savedmodel/dtypes.h"

#include <array>

#include "base/error.h"

namespace tfhub::savedmodel {
namespace {

struct Dtype {
  std::string_view name, enum_name;
  uint8_t size;  // 0: not fixed
};

// The index is the number. The 4- and 2-bit types take a whole byte each in a checkpoint.
constexpr std::array kDtypes{
    Dtype{"", "DT_INVALID", 0},
    Dtype{"float32", "DT_FLOAT", 4},
    Dtype{"float64", "DT_DOUBLE", 8},
    Dtype{"int32", "DT_INT32", 4},
    Dtype{"uint8", "DT_UINT8", 1},
    Dtype{"int16", "DT_INT16", 2},
    Dtype{"int8", "DT_INT8", 1},
    Dtype{"string", "DT_STRING", 0},
    Dtype{"complex64", "DT_COMPLEX64", 8},
    Dtype{"int64", "DT_INT64", 8},
    Dtype{"bool", "DT_BOOL", 1},
    Dtype{"qint8", "DT_QINT8", 1},
    Dtype{"quint8", "DT_QUINT8", 1},
    Dtype{"qint32", "DT_QINT32", 4},
    Dtype{"bfloat16", "DT_BFLOAT16", 2},
    Dtype{"qint16", "DT_QINT16", 2},
    Dtype{"quint16", "DT_QUINT16", 2},
    Dtype{"uint16", "DT_UINT16", 2},
    Dtype{"complex128", "DT_COMPLEX128", 16},
    Dtype{"float16", "DT_HALF", 2},
    Dtype{"resource", "DT_RESOURCE", 0},
    Dtype{"variant", "DT_VARIANT", 0},
    Dtype{"uint32", "DT_UINT32", 4},
    Dtype{"uint64", "DT_UINT64", 8},
    Dtype{"float8_e5m2", "DT_FLOAT8_E5M2", 1},
    Dtype{"float8_e4m3fn", "DT_FLOAT8_E4M3FN", 1},
    Dtype{"float8_e4m3fnuz", "DT_FLOAT8_E4M3FNUZ", 1},
    Dtype{"float8_e4m3b11fnuz", "DT_FLOAT8_E4M3B11FNUZ", 1},
    Dtype{"float8_e5m2fnuz", "DT_FLOAT8_E5M2FNUZ", 1},
    Dtype{"int4", "DT_INT4", 1},
    Dtype{"uint4", "DT_UINT4", 1},
    Dtype{"int2", "DT_INT2", 1},
    Dtype{"uint2", "DT_UINT2", 1},
    Dtype{"float4_e2m1fn", "DT_FLOAT4_E2M1FN", 1},
};
constexpr uint64_t kReference = 100;  // DT_…_REF is the type's number plus this

}  // namespace

std::string dtype_name(uint64_t number) {
  if (number < kDtypes.size()) return std::string(kDtypes[number].name);
  if (number > kReference && number - kReference < kDtypes.size())
    return std::string(kDtypes[number - kReference].name) + "_ref";
  return fmt::format("type {}", number);
}

std::string dtype_name(std::string_view enum_name) {
  for (const Dtype& dtype : kDtypes)
    if (dtype.enum_name == enum_name) return std::string(dtype.name);
  return std::string(enum_name);
}

std::optional<int> dtype_number(std::string_view name) {
  for (size_t number = 1; number < kDtypes.size(); ++number)
    if (kDtypes[number].name == name) return static_cast<int>(number);
  return std::nullopt;
}

std::optional<uint64_t> dtype_size(std::string_view name) {
  for (const Dtype& dtype : kDtypes)
    if (dtype.name == name && dtype.size > 0) return dtype.size;
  return std::nullopt;
}

bool is_number(std::string_view name) {
  return dtype_size(name).has_value();
}

Result<uint64_t> element_count(const std::vector<int64_t>& shape) {
  // A zero makes all of it zero, however large the others are.
  int64_t count = 1;
  bool empty = false, overflow = false;
  for (const int64_t dimension : shape) {
    if (dimension < 0) return fail(Code::kCorrupt, "a stored tensor has the dimension {}", dimension);
    if (dimension == 0) empty = true;
    overflow = overflow || __builtin_mul_overflow(count, dimension, &count);
  }
  if (empty) return 0;
  if (overflow) return fail(Code::kCorrupt, "a stored tensor has more than 2^63 elements");
  return static_cast<uint64_t>(count);
}

}  // namespace tfhub::savedmodel
