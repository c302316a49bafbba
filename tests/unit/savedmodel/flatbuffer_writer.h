// FlatBuffers by hand: tables written front to back, each before what it points to.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tfhub::savedmodel::testing {

struct Value {
  enum class Kind { kNone, kScalar, kVector, kTable, kTables } kind = Kind::kNone;
  std::string bytes;          // of a scalar, or of a vector's elements
  uint32_t count = 0;         // of a vector
  std::vector<Value> fields;  // of a table by index, or the tables
};

template <typename T>
std::string raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}
template <typename T>
Value scalar(T value) {
  return {Value::Kind::kScalar, raw(value), 0, {}};
}
template <typename T>
Value vector(const std::vector<T>& values) {
  Value result{Value::Kind::kVector, {}, static_cast<uint32_t>(values.size()), {}};
  for (const T value : values) result.bytes += raw(value);
  return result;
}
inline Value string(std::string_view value) {
  return {Value::Kind::kVector, std::string(value), static_cast<uint32_t>(value.size()), {}};
}
inline Value fields(std::vector<Value> values) {
  return {Value::Kind::kTable, {}, 0, std::move(values)};
}
inline Value tables(std::vector<Value> values) {
  return {Value::Kind::kTables, {}, 0, std::move(values)};
}
inline Value none() {
  return {};
}

class FlatWriter {
 public:
  static std::string file(const Value& root, std::string_view identifier) {
    FlatWriter writer;
    writer.out_ = std::string(4, '\0') + std::string(identifier);
    writer.put(0, writer.write(root));
    return writer.out_;
  }

 private:
  // The offset that stands at `place` leads to `target`.
  void put(size_t place, size_t target) {
    out_.replace(place, 4, raw(static_cast<uint32_t>(target - place)));
  }

  size_t write(const Value& value) {
    if (value.kind == Value::Kind::kVector) {
      const size_t begin = out_.size();
      out_ += raw(value.count) + value.bytes;
      return begin;
    }
    if (value.kind == Value::Kind::kTables) {
      const size_t begin = out_.size();
      out_ += raw(static_cast<uint32_t>(value.fields.size())) + std::string(4 * value.fields.size(), '\0');
      for (size_t i = 0; i < value.fields.size(); ++i) put(begin + 4 + 4 * i, write(value.fields[i]));
      return begin;
    }
    const size_t vtable = out_.size();
    std::string offsets, inline_bytes = std::string(4, '\0');
    for (const Value& field : value.fields) {
      offsets += raw(static_cast<uint16_t>(field.kind == Value::Kind::kNone ? 0 : inline_bytes.size()));
      if (field.kind == Value::Kind::kScalar) inline_bytes += field.bytes;
      if (field.kind >= Value::Kind::kVector) inline_bytes += std::string(4, '\0');
    }
    out_ += raw(static_cast<uint16_t>(4 + offsets.size())) + raw(static_cast<uint16_t>(inline_bytes.size())) +
            offsets;
    const size_t begin = out_.size();
    out_ += inline_bytes;
    out_.replace(begin, 4, raw(static_cast<int32_t>(begin - vtable)));
    for (size_t i = 0; i < value.fields.size(); ++i) {
      uint16_t offset = 0;
      std::memcpy(&offset, out_.data() + vtable + 4 + 2 * i, 2);
      if (value.fields[i].kind >= Value::Kind::kVector) put(begin + offset, write(value.fields[i]));
    }
    return begin;
  }

  std::string out_;
};

}  // namespace tfhub::savedmodel::testing
