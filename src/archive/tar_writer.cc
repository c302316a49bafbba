#include "archive/tar_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "archive/tar_format.h"

namespace tfhub::archive {
namespace {

template <size_t N>
void put(char (&field)[N], std::string_view text) {
  std::copy_n(text.data(), std::min(N, text.size()), field);
}

// Zero-padded octal, the last byte NUL.
template <size_t N>
void put_octal(char (&field)[N], uint64_t value) {
  put(field, fmt::format("{:0{}o}", value, N - 1));
}

std::string block(char type, std::string_view name, std::string_view prefix, unsigned mode, uint64_t size) {
  TarHeader h{};
  put(h.name, name);
  put(h.prefix, prefix);
  put_octal(h.mode, mode);
  put_octal(h.uid, 0);
  put_octal(h.gid, 0);
  put_octal(h.size, size);
  put_octal(h.mtime, 0);
  h.type = type;
  put(h.magic, {"ustar", sizeof "ustar"});  // with its NUL
  put(h.version, "00");
  put_octal(h.devmajor, 0);
  put_octal(h.devminor, 0);
  put(h.checksum, fmt::format("{:06o}", tar_checksum(h)));  // six digits, NUL, space: as everyone writes it
  h.checksum[7] = ' ';
  return std::string(reinterpret_cast<const char*>(&h), sizeof h);
}

// "<length> <key>=<value>\n", where the length counts its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (length != rest + fmt::formatted_size("{}", length))
    length = rest + fmt::formatted_size("{}", length);
  return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace

std::string tar_header(std::string_view path, bool directory, uint64_t size) {
  const std::string name = fmt::format("./{}{}", path, directory && !path.empty() ? "/" : "");
  const char type = directory ? '5' : '0';
  const unsigned mode = directory ? 0755 : 0644;

  // A long name is split at a slash where it can be: even a tar that knows no pax reads that.
  std::string_view short_name = name, prefix;
  if (name.size() > sizeof(TarHeader::name)) {
    const size_t slash = name.find('/', name.size() - sizeof(TarHeader::name) - 1);
    if (slash <= sizeof(TarHeader::prefix) && slash + 1 < name.size()) {
      prefix = std::string_view(name).substr(0, slash);
      short_name = std::string_view(name).substr(slash + 1);
    }
  }
  std::string records;
  if (short_name.size() > sizeof(TarHeader::name)) records += pax_record("path", name);
  if (size > kMaxOctalSize) records += pax_record("size", fmt::format("{}", size));
  std::string header;
  if (!records.empty()) {
    header = block('x', "././@PaxHeader", "", 0644, records.size());
    header += records;
    header.append(tar_padding(records.size()), '\0');
  }
  return header + block(type, short_name, prefix, mode, size > kMaxOctalSize ? 0 : size);
}

std::string tar_end() {
  return std::string(2 * kTarBlock, '\0');
}

}  // namespace tfhub::archive
