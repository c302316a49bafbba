// Digests that a host names: Repr-Digest (RFC 9530, a structured dictionary of RFC 8941) and x-goog-hash.
#include <algorithm>

#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::protocol {
namespace {

// Calls `use(key, value)` for each "key=value" of a comma-separated list; base64 holds no comma.
template <typename Use>
void for_each_member(std::string_view list, Use use) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const std::string_view member = trim(list.substr(0, comma));
    if (const size_t equals = member.find('='); equals != std::string_view::npos) {
      use(member.substr(0, equals), member.substr(equals + 1));
    }
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string repr_digest(const Sha256Digest& digest) {
  return "sha-256=:" + digest.base64() + ":";
}

std::optional<Sha256Digest> parse_repr_digest(std::string_view header) {
  std::optional<Sha256Digest> digest;
  for_each_member(header, [&](std::string_view key, std::string_view value) {
    if (key != "sha-256") return;
    value = trim(value.substr(0, value.find(';')));
    if (value.size() < 2 || value.front() != ':' || value.back() != ':') return;
    digest = Sha256Digest::from_base64(value.substr(1, value.size() - 2));
  });
  return digest;
}

GoogHash parse_goog_hash(std::string_view header) {
  GoogHash hash;
  for_each_member(header, [&](std::string_view key, std::string_view value) {
    const auto bytes = from_base64(value);
    if (!bytes) return;
    if (key == "md5" && bytes->size() == 16) hash.md5_base64 = std::string(value);
    if (key == "crc32c" && bytes->size() == 4) {
      uint32_t crc = 0;  // big-endian
      for (const char c : *bytes) crc = crc << 8 | static_cast<unsigned char>(c);
      hash.crc32c = crc;
    }
  });
  return hash;
}

}  // namespace tfhub::protocol
