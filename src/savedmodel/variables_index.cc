#include "savedmodel/variables_index.h"

#include "base/text.h"
#include "savedmodel/dtypes.h"
#include "savedmodel/tensor_proto.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using wire::Field;

constexpr std::string_view kObjectGraph = "_CHECKPOINTABLE_OBJECT_GRAPH";
constexpr uint64_t kBigEndian = 1;

// The entry with the empty key, the first of all.
Result<void> check_header(std::string_view key, Bytes value) {
  if (!key.empty()) return fail(Code::kCorrupt, "it has no header");
  return wire::for_each_field(value, [](const Field& field) -> Result<void> {
    if (field.is_number(2) && field.value == kBigEndian)
      return fail(Code::kCorrupt,
                  "it was written on a big-endian machine, which TensorFlow refuses here too");
    return {};
  });
}

// By the keys that TensorFlow's and Keras' objects give it.
bool is_training_state(std::string_view name) {
  return name.find("/.OPTIMIZER_SLOT/") != std::string_view::npos || name.starts_with("optimizer/") ||
         name.starts_with("keras_api/metrics/") || name.starts_with("save_counter/");
}

// A BundleEntryProto.
struct Entry {
  WeightTensor tensor;
  bool sliced = false;
};

Result<Entry> read_entry(std::string_view key, Bytes value, Budget& budget) {
  Entry entry;
  WeightTensor& tensor = entry.tensor;
  tensor.name = key;
  tensor.shard = 0;
  TFHUB_TRY(wire::for_each_field(value, [&](const Field& field) -> Result<void> {
    if (field.is_number(1)) tensor.dtype = dtype_name(field.value);
    if (field.is_message(2)) {
      TFHUB_ASSIGN(auto shape, read_shape(field.bytes, budget));
      if (!shape) return fail(Code::kCorrupt, "the tensor {} has no rank", printable(key));
      tensor.shape = std::move(*shape);
    }
    if (field.is_number(3)) tensor.shard = static_cast<uint32_t>(field.value);
    if (field.is_number(5)) tensor.bytes = field.value;
    if (field.is_message(7)) entry.sliced = true;
    return {};
  }));
  return entry;
}

Result<void> add(Entry entry, Description& into) {
  WeightTensor& tensor = entry.tensor;
  TFHUB_ASSIGN(const uint64_t elements, element_count(tensor.shape));
  const auto size = dtype_size(tensor.dtype);
  uint64_t bytes = 0;
  if (size && __builtin_mul_overflow(elements, *size, &bytes))
    return fail(Code::kCorrupt, "the tensor {} has more than 2^64 bytes", printable(tensor.name));
  if (entry.sliced) {
    // Its bytes stand in entries of their own, one a slice, perhaps in several shards.
    tensor.shard.reset();
    tensor.bytes = bytes;
  } else if (size && bytes != tensor.bytes) {
    return fail(Code::kCorrupt, "the tensor {} has {} bytes, where its type and shape make {}",
                printable(tensor.name), tensor.bytes, bytes);
  }
  if (__builtin_add_overflow(into.tensor_bytes, tensor.bytes, &into.tensor_bytes) ||
      (size && !is_training_state(tensor.name) &&
       __builtin_add_overflow(into.parameter_count, elements, &into.parameter_count)))
    return fail(Code::kCorrupt, "its tensors have more than 2^64 bytes");
  into.tensors.push_back(std::move(tensor));
  return {};
}

}  // namespace

Result<void> read_variables_index(Bytes file, Budget& budget, Description& into, Checksums checksums) {
  bool header = false;
  const Result<void> read = for_each_entry(
      file,
      [&](std::string_view key, Bytes value) -> Result<void> {
        if (!header) {
          header = true;
          return check_header(key, value);
        }
        TFHUB_TRY(budget.take(1, key.size()));
        // Keys of slices begin with a zero byte (EncodeTensorNameSlice): their tensor has an entry of its
        // own.
        if (key.front() == '\0' || key == kObjectGraph) return {};
        TFHUB_ASSIGN(Entry entry, read_entry(key, value, budget));
        return add(std::move(entry), into);
      },
      checksums);
  TFHUB_TRY(read);
  if (!header) return fail(Code::kCorrupt, "it has no header");
  return {};
}

Result<uint32_t> read_extents(
    Bytes file, const std::function<Result<void>(std::string_view key, const Extent&)>& extent) {
  std::optional<uint32_t> shards;
  const Result<void> read = for_each_entry(file, [&](std::string_view key, Bytes value) -> Result<void> {
    if (!shards) {
      TFHUB_TRY(check_header(key, value));
      shards = 1;  // a BundleHeaderProto's num_shards
      return wire::for_each_field(value, [&](const Field& field) -> Result<void> {
        if (field.is_number(1)) shards = static_cast<uint32_t>(field.value);
        return {};
      });
    }
    Extent found;
    TFHUB_TRY(wire::for_each_field(value, [&](const Field& field) -> Result<void> {
      if (field.is_number(3)) found.shard = static_cast<uint32_t>(field.value);
      if (field.is_number(4)) found.offset = field.value;
      if (field.is_number(5)) found.size = field.value;
      return {};
    }));
    return extent(key, found);
  });
  TFHUB_TRY(read);
  if (!shards) return fail(Code::kCorrupt, "it has no header");
  return *shards;
}

}  // namespace tfhub::savedmodel
