#include "savedmodel/table.h"

#include <string>

#include "savedmodel/crc32c.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

constexpr uint64_t kMagic = 0xdb4775248b80fb57;
constexpr size_t kFooterSize = 48;  // two handles of at most 20 bytes, padded, and the magic number
constexpr size_t kTrailerSize = 5;  // compression and checksum, behind every block
constexpr size_t kMaxKey = 64 << 10;
constexpr uint64_t kMaxKeys = 256 << 20;  // bytes of all keys: shared prefixes make many of a few

struct BlockHandle {
  uint64_t offset = 0, size = 0;
};

Result<BlockHandle> read_handle(wire::Reader& reader) {
  BlockHandle handle;
  TFHUB_ASSIGN(handle.offset, reader.varint());
  TFHUB_ASSIGN(handle.size, reader.varint());
  return handle;
}

class Table {
 public:
  Table(Bytes file, Checksums checksums) : file_(file), checksums_(checksums) {}

  Result<BlockHandle> index() const {
    if (file_.size() < kFooterSize) return fail(Code::kCorrupt, "it is too short to be a table");
    const Bytes footer = file_.last(kFooterSize);
    if (wire::load<uint64_t>(footer, kFooterSize - 8) != kMagic)
      return fail(Code::kCorrupt, "it does not end with a table's mark");
    wire::Reader reader(footer);
    TFHUB_TRY(read_handle(reader));  // the metaindex, which is empty
    return read_handle(reader);
  }

  Result<Bytes> block(const BlockHandle& handle) const {
    const uint64_t end = file_.size() - kFooterSize;
    if (handle.offset > end || end - handle.offset < kTrailerSize ||
        handle.size > end - handle.offset - kTrailerSize)
      return fail(Code::kCorrupt, "a block lies outside the file");
    const Bytes stored = file_.subspan(handle.offset, handle.size + 1);
    const auto compression = static_cast<unsigned>(stored.back());
    if (compression != 0)
      return fail(Code::kCorrupt, "a block is compressed (type {}), which TensorFlow never does",
                  compression);
    if (checksums_ == Checksums::kVerify &&
        masked_crc(crc32c(stored)) != wire::load<uint32_t>(file_, handle.offset + handle.size + 1))
      return fail(Code::kCorrupt, "the checksum of the block at {} is wrong", handle.offset);
    return stored.first(handle.size);
  }

 private:
  Bytes file_;
  Checksums checksums_;
};

// Keys rise from entry to entry, and from block to block where both are walked with one of these.
struct Keys {
  std::string last;
  bool any = false;
  uint64_t bytes = 0;

  Result<void> move_on(size_t shared, Bytes suffix) {
    if (shared + suffix.size() > kMaxKey)
      return fail(Code::kCorrupt, "a key is longer than {} bytes", kMaxKey);
    bytes += shared + suffix.size();
    if (bytes > kMaxKeys) return fail(Code::kCorrupt, "its keys have more than {} bytes", kMaxKeys);
    const std::string previous = last;
    last.resize(shared);
    last += as_text(suffix);
    if (any && last <= previous) return fail(Code::kCorrupt, "its keys are not in order");
    any = true;
    return {};
  }
};

Result<void> for_each_in_block(Bytes block, Keys& keys, const TableEntry& entry) {
  if (block.size() < 4) return fail(Code::kCorrupt, "a block is too short");
  const uint64_t restarts = wire::load<uint32_t>(block, block.size() - 4);
  if (restarts > (block.size() - 4) / 4) return fail(Code::kCorrupt, "a block has too many restarts");
  size_t shareable = 0;  // a block's first key shares nothing
  wire::Reader reader(block.first(block.size() - 4 - 4 * restarts));
  while (!reader.at_end()) {
    TFHUB_ASSIGN(const uint64_t shared, reader.varint());
    TFHUB_ASSIGN(const uint64_t unshared, reader.varint());
    TFHUB_ASSIGN(const uint64_t value_size, reader.varint());
    TFHUB_ASSIGN(const Bytes suffix, reader.take(unshared));
    if (shared > shareable) return fail(Code::kCorrupt, "a key shares more than the one before it has");
    TFHUB_TRY(keys.move_on(shared, suffix));
    shareable = keys.last.size();
    TFHUB_ASSIGN(const Bytes value, reader.take(value_size));
    TFHUB_TRY(entry(keys.last, value));
  }
  return {};
}

}  // namespace

Result<void> for_each_entry(Bytes file, const TableEntry& entry, Checksums checksums) {
  const Table table(file, checksums);
  TFHUB_ASSIGN(const BlockHandle index, table.index());
  TFHUB_ASSIGN(const Bytes index_block, table.block(index));
  uint64_t read_to = 0;
  Keys index_keys, keys;
  return for_each_in_block(index_block, index_keys, [&](std::string_view, Bytes value) -> Result<void> {
    wire::Reader reader(value);
    TFHUB_ASSIGN(const BlockHandle handle, read_handle(reader));
    if (handle.offset < read_to) return fail(Code::kCorrupt, "two of its blocks overlap");
    TFHUB_ASSIGN(const Bytes block, table.block(handle));
    read_to = handle.offset + handle.size + kTrailerSize;
    return for_each_in_block(block, keys, entry);
  });
}

}  // namespace tfhub::savedmodel
