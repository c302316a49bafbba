// FlatBuffers, bounded: every offset is checked before it is followed, and nothing is read outside the file.
// Source: flatbuffers.dev, "FlatBuffer Internals". Tables may share what they point to, so whoever walks them
// counts (budget.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_stream.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel::flatbuffer {

// Elements of a fixed size, or offsets of tables; all of it lies inside the file.
struct Vector {
  Bytes file;
  size_t begin = 0;  // of the first element
  uint32_t size = 0;

  template <typename T>
  T at(uint32_t index) const {  // T has the size that the vector was read with
    return wire::load<T>(file, begin + size_t{index} * sizeof(T));
  }
};

class Table {
 public:
  // The table at `position`. kCorrupt: it, or its vtable, is not wholly inside.
  static Result<Table> at(Bytes file, uint64_t position);
  // The table that a file begins with, behind `identifier` (four bytes).
  static Result<Table> root(Bytes file, std::string_view identifier);

  // Fields by their index in the schema. One that is not there gives `fallback`, an empty vector, an empty
  // text, no table.
  template <typename T>
  Result<T> scalar(uint16_t index, T fallback) const {
    TFHUB_ASSIGN(const size_t position, field(index, sizeof(T)));
    return position == 0 ? fallback : wire::load<T>(file_, position);
  }
  Result<Vector> vector(uint16_t index, size_t element_size) const;
  Result<Vector> tables(uint16_t index) const { return vector(index, 4); }
  Result<std::string_view> text(uint16_t index) const;
  Result<std::optional<Table>> table(uint16_t index) const;

 private:
  // Where the field's bytes are; 0: it is not there.
  Result<size_t> field(uint16_t index, size_t size) const;
  // Where the offset that the field holds leads; 0: the field is not there.
  Result<size_t> target(uint16_t index) const;

  Bytes file_;
  size_t position_ = 0, size_ = 0;
  size_t vtable_ = 0, vtable_size_ = 0;
};

// The table that an element of tables() leads to.
Result<Table> table_in(const Vector& tables, uint32_t index);

}  // namespace tfhub::savedmodel::flatbuffer
