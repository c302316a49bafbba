// variables.index by hand: a table of one data block a list of entries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "savedmodel/crc32c.h"
#include "savedmodel/proto_writer.h"

namespace tfhub::savedmodel::testing {

inline std::string fixed(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

using Entries = std::vector<std::pair<std::string, std::string>>;

// Each key shares with the one before it what it can, as LevelDB writes it.
inline std::string block(const Entries& entries) {
  std::string body, last;
  for (const auto& [key, value] : entries) {
    size_t shared = 0;
    while (shared < std::min(key.size(), last.size()) && key[shared] == last[shared]) ++shared;
    body += varint(shared) + varint(key.size() - shared) + varint(value.size()) + key.substr(shared) + value;
    last = key;
  }
  return body + fixed(0, 4) + fixed(1, 4);  // one restart, at 0
}

inline std::string with_trailer(const std::string& contents, char compression = 0) {
  const std::string stored = contents + compression;
  return stored + fixed(masked_crc(crc32c(as_bytes(stored))), 4);
}

inline std::string table(const std::vector<Entries>& blocks) {
  std::string file;
  Entries index;
  for (const Entries& entries : blocks) {
    const std::string contents = block(entries);
    index.emplace_back(entries.back().first, varint(file.size()) + varint(contents.size()));
    file += with_trailer(contents);
  }
  const std::string meta = block({}), index_block = block(index);
  std::string footer = varint(file.size()) + varint(meta.size());
  file += with_trailer(meta);
  footer += varint(file.size()) + varint(index_block.size());
  file += with_trailer(index_block);
  footer.resize(40, '\0');
  return file + footer + fixed(0xdb4775248b80fb57, 8);
}

inline std::string bundle_header() {
  return number(1, 1) + text(3, number(1, 1));
}
inline std::string bundle_entry(int dtype, const std::vector<int64_t>& sizes, int64_t bytes, int shard = 0) {
  return number(1, dtype) + text(2, shape(sizes)) + number(3, shard) + number(5, bytes) + varint(6 << 3 | 5) +
         fixed(0, 4);
}

}  // namespace tfhub::savedmodel::testing
