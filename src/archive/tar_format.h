// The tar header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"),
// shared by the reader and the writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/byte_stream.h"

namespace tfhub::archive {

inline constexpr size_t kTarBlock = 512;
inline constexpr uint64_t kMaxOctalSize = 077777777777;  // 11 octal digits: 8 GiB - 1

struct TarHeader {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char linkname[100];
  char magic[6];
  char version[2];
  char uname[32];
  char gname[32];
  char devmajor[8];
  char devminor[8];
  char prefix[155];
  char padding[12];
};
static_assert(sizeof(TarHeader) == kTarBlock);

// Octal text, ended by a space or NUL, or GNU's base-256 (first bit set). Nothing if it is neither, negative,
// or does not fit.
std::optional<uint64_t> parse_tar_number(std::span<const char> field);

// Whether the block's checksum is its own. Old tars summed signed characters; both sums are in use.
bool tar_checksum_matches(const TarHeader& header);
// The sum of the bytes with the checksum field read as spaces.
unsigned tar_checksum(const TarHeader& header);

// How many bytes fill up a body of `size` to whole blocks.
inline size_t tar_padding(uint64_t size) {
  return static_cast<size_t>(-size % kTarBlock);
}

}  // namespace tfhub::archive
