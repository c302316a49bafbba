#include "savedmodel/flatbuffer.h"

namespace tfhub::savedmodel::flatbuffer {
namespace {

using wire::load;

bool inside(Bytes file, uint64_t position, uint64_t size) {
  return position <= file.size() && size <= file.size() - position;
}

tl::unexpected<Error> outside() {
  return fail(Code::kCorrupt, "it points outside itself");
}

}  // namespace

Result<Table> Table::at(Bytes file, uint64_t position) {
  if (!inside(file, position, 4)) return outside();
  Table table;
  table.file_ = file;
  table.position_ = position;
  // The vtable lies anywhere: the table holds the signed way back to it.
  const int64_t vtable = static_cast<int64_t>(position) - load<int32_t>(file, position);
  if (vtable < 0 || !inside(file, static_cast<uint64_t>(vtable), 4)) return outside();
  table.vtable_ = static_cast<size_t>(vtable);
  table.vtable_size_ = load<uint16_t>(file, table.vtable_);
  table.size_ = load<uint16_t>(file, table.vtable_ + 2);
  if (table.vtable_size_ < 4 || table.size_ < 4 || !inside(file, table.vtable_, table.vtable_size_) ||
      !inside(file, position, table.size_))
    return outside();
  return table;
}

Result<Table> Table::root(Bytes file, std::string_view identifier) {
  if (file.size() < 8 || as_text(file.subspan(4, 4)) != identifier)
    return fail(Code::kCorrupt, "its bytes 4 to 7 are not the identifier {}", identifier);
  return at(file, load<uint32_t>(file, 0));
}

Result<size_t> Table::field(uint16_t index, size_t size) const {
  const size_t entry = 4 + 2 * size_t{index};
  if (entry + 2 > vtable_size_) return size_t{0};
  const size_t offset = load<uint16_t>(file_, vtable_ + entry);
  if (offset == 0) return size_t{0};
  if (offset + size > size_) return outside();
  return position_ + offset;
}

Result<size_t> Table::target(uint16_t index) const {
  TFHUB_ASSIGN(const size_t position, field(index, 4));
  return position == 0 ? size_t{0} : position + load<uint32_t>(file_, position);
}

Result<Vector> Table::vector(uint16_t index, size_t element_size) const {
  TFHUB_ASSIGN(const size_t position, target(index));
  if (position == 0) return Vector{};
  if (!inside(file_, position, 4)) return outside();
  const auto count = load<uint32_t>(file_, position);
  if (!inside(file_, position + 4, uint64_t{count} * element_size)) return outside();
  return Vector{file_, position + 4, count};
}

Result<std::string_view> Table::text(uint16_t index) const {
  TFHUB_ASSIGN(const Vector vector, this->vector(index, 1));
  return as_text(vector.file.subspan(vector.size == 0 ? 0 : vector.begin, vector.size));
}

Result<std::optional<Table>> Table::table(uint16_t index) const {
  TFHUB_ASSIGN(const size_t position, target(index));
  if (position == 0) return std::nullopt;
  TFHUB_ASSIGN(const Table table, at(file_, position));
  return table;
}

Result<Table> table_in(const Vector& tables, uint32_t index) {
  const size_t place = tables.begin + 4 * size_t{index};
  return Table::at(tables.file, place + tables.at<uint32_t>(index));
}

}  // namespace tfhub::savedmodel::flatbuffer
