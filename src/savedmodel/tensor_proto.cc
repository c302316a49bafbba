#include "savedmodel/tensor_proto.h"

#include "savedmodel/dtypes.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using wire::Field;

Result<int64_t> read_dimension(Bytes message) {
  int64_t size = 0;
  TFHUB_TRY(wire::for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_number(1)) size = field.as_signed();
    return {};
  }));
  if (size < -1) return fail(Code::kCorrupt, "a shape has the dimension {}", size);
  return size;
}

}  // namespace

Result<Shape> read_shape(Bytes message, Budget& budget) {
  std::vector<int64_t> dimensions;
  bool unknown_rank = false;
  const Result<void> read = wire::for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_message(2)) {
      if (dimensions.size() == kMaxDimensions)
        return fail(Code::kCorrupt, "a shape has more than {} dimensions", kMaxDimensions);
      TFHUB_TRY(budget.take(1));
      TFHUB_ASSIGN(const int64_t dimension, read_dimension(field.bytes));
      dimensions.push_back(dimension);
    }
    if (field.is_number(3)) unknown_rank = field.value != 0;
    return {};
  });
  TFHUB_TRY(read);
  if (unknown_rank) return Shape();
  return Shape(std::move(dimensions));
}

Result<TensorSpec> read_tensor_info(std::string_view key, Bytes message, Budget& budget) {
  TensorSpec spec;
  spec.key = key;
  // A message that is not there is one whose fields all have their defaults: a scalar.
  spec.shape.emplace();
  TFHUB_TRY(wire::for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_text(1)) spec.name = field.text();
    if (field.is_number(2)) spec.dtype = dtype_name(field.value);
    if (field.is_message(3)) {
      TFHUB_ASSIGN(spec.shape, read_shape(field.bytes, budget));
    }
    if (field.is_message(4)) spec.encoding = "sparse";
    if (field.is_message(5)) spec.encoding = "composite";
    return {};
  }));
  TFHUB_TRY(budget.take(1, spec.key.size() + spec.name.size()));
  return spec;
}

Result<TensorSpec> read_tensor_spec(Bytes message, Budget& budget) {
  TensorSpec spec;
  spec.shape.emplace();
  TFHUB_TRY(wire::for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_text(1)) spec.name = field.text();
    if (field.is_message(2)) {
      TFHUB_ASSIGN(spec.shape, read_shape(field.bytes, budget));
    }
    if (field.is_number(3)) spec.dtype = dtype_name(field.value);
    return {};
  }));
  TFHUB_TRY(budget.take(1, spec.name.size()));
  return spec;
}

}  // namespace tfhub::savedmodel
