#include "savedmodel/wire.h"

namespace tfhub::savedmodel::wire {

Result<uint64_t> Reader::varint() {
  uint64_t value = 0;
  for (size_t i = 0; i < 10; ++i) {
    if (i == rest_.size()) return fail(Code::kCorrupt, "a number is cut short");
    const auto byte = static_cast<uint64_t>(rest_[i]);
    if (i == 9 && byte > 1) break;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest_ = rest_.subspan(i + 1);
      return value;
    }
  }
  return fail(Code::kCorrupt, "a number has more than 64 bits");
}

Result<Bytes> Reader::take(uint64_t size) {
  if (size > rest_.size())
    return fail(Code::kCorrupt, "a field of {} bytes runs over the end of its message", size);
  const Bytes taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

Result<Field> Reader::next() {
  Field field;
  TFHUB_ASSIGN(const uint64_t tag, varint());
  if (tag >> 3 == 0 || tag >> 3 >= 1u << 29)
    return fail(Code::kCorrupt, "there is no field with the number {}", tag >> 3);
  field.number = static_cast<uint32_t>(tag >> 3);
  field.type = static_cast<Type>(tag & 7);
  switch (field.type) {
    case Type::kVarint: {
      TFHUB_ASSIGN(field.value, varint());
      return field;
    }
    case Type::kBytes: {
      TFHUB_ASSIGN(const uint64_t size, varint());
      TFHUB_ASSIGN(field.bytes, take(size));
      return field;
    }
    case Type::kFixed64: {
      TFHUB_ASSIGN(const Bytes bytes, take(8));
      field.value = load<uint64_t>(bytes, 0);
      return field;
    }
    case Type::kFixed32: {
      TFHUB_ASSIGN(const Bytes bytes, take(4));
      field.value = load<uint32_t>(bytes, 0);
      return field;
    }
  }
  return fail(Code::kCorrupt, "a field has the type {}, which no TensorFlow file has", tag & 7);
}

Result<MapEntry> map_entry(Bytes message) {
  MapEntry entry;
  TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_text(1)) entry.key = field.text();
    if (field.is_message(2)) entry.value = field.bytes;
    return {};
  }));
  return entry;
}

}  // namespace tfhub::savedmodel::wire
