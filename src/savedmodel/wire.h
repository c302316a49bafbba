// Protobuf on the wire, bounded: never reads outside the message it was given, takes nothing on trust, skips
// what it does not know. Source: protobuf.dev, "Encoding". Groups, which no TensorFlow message has, are
// refused; nesting is the caller's recursion, to be bounded by kMaxDepth.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/byte_stream.h"
#include "base/error.h"

namespace tfhub::savedmodel::wire {

constexpr int kMaxDepth = 100;  // protobuf's own limit for nested messages

enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// A field that is there but has another type than its reader expects counts as unknown, as in protobuf.
struct Field {
  uint32_t number = 0;
  Type type = Type::kVarint;
  uint64_t value = 0;  // of the three kinds of numbers
  Bytes bytes;         // of kBytes: a message, a string, packed numbers

  bool is_message(uint32_t wanted) const { return number == wanted && type == Type::kBytes; }
  bool is_text(uint32_t wanted) const { return is_message(wanted); }
  bool is_number(uint32_t wanted) const { return number == wanted && type == Type::kVarint; }
  std::string_view text() const { return as_text(bytes); }
  int64_t as_signed() const { return static_cast<int64_t>(value); }
};

class Reader {
 public:
  explicit Reader(Bytes message) : rest_(message) {}
  bool at_end() const { return rest_.empty(); }
  // The next field; not at the end. kCorrupt: it runs over the end, or is none.
  Result<Field> next();
  // A bare varint, as a LevelDB table has them too. kCorrupt: cut short, or more than 64 bits.
  Result<uint64_t> varint();
  Result<Bytes> take(uint64_t size);
  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

// Calls `function(const Field&) -> Result<void>` for every field, in the order of the file.
template <typename Function>
Result<void> for_each_field(Bytes message, Function&& function) {
  for (Reader reader(message); !reader.at_end();) {
    TFHUB_ASSIGN(const Field field, reader.next());
    TFHUB_TRY(function(field));
  }
  return {};
}

// An entry of a map field: key 1, value 2. The key is text, the value a message.
struct MapEntry {
  std::string_view key;
  Bytes value;
};
Result<MapEntry> map_entry(Bytes message);

// Little-endian, as protobuf, LevelDB and FlatBuffers all have it. `at + sizeof(T)` is inside.
template <typename T>
T load(Bytes bytes, size_t at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace tfhub::savedmodel::wire
