#include "archive/tar_format.h"

#include <cstring>

namespace tfhub::archive {
namespace {

template <typename Char>
int sum(const TarHeader& header) {
  TarHeader blank = header;
  std::memset(blank.checksum, ' ', sizeof blank.checksum);
  Char bytes[kTarBlock];
  std::memcpy(bytes, &blank, kTarBlock);
  int total = 0;
  for (const Char byte : bytes) total += byte;
  return total;
}

std::optional<uint64_t> parse_base256(std::span<const char> field) {
  if ((field[0] & 0x40) != 0) return std::nullopt;  // negative
  uint64_t value = field[0] & 0x3f;
  for (const char c : field.subspan(1)) {
    if (value >> 55 != 0) return std::nullopt;  // would pass 2^63: no file is that large
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace

std::optional<uint64_t> parse_tar_number(std::span<const char> field) {
  if ((field[0] & 0x80) != 0) return parse_base256(field);
  size_t i = 0;
  while (i < field.size() && field[i] == ' ') ++i;
  const size_t first = i;
  uint64_t value = 0;
  for (; i < field.size() && field[i] >= '0' && field[i] <= '7'; ++i)
    value = value << 3 | static_cast<unsigned>(field[i] - '0');
  if (i == first) return std::nullopt;
  for (; i < field.size(); ++i)
    if (field[i] != ' ' && field[i] != '\0') return std::nullopt;
  return value;  // at most 12 digits, 36 bits
}

unsigned tar_checksum(const TarHeader& header) {
  return static_cast<unsigned>(sum<unsigned char>(header));
}

bool tar_checksum_matches(const TarHeader& header) {
  const auto written = parse_tar_number(header.checksum);
  if (!written) return false;
  return *written == tar_checksum(header) || static_cast<int64_t>(*written) == sum<signed char>(header);
}

}  // namespace tfhub::archive
