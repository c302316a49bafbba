#include "transfer/checksum.h"

#include <isa-l/crc.h>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::transfer {
namespace {

// All lines of one field, as the list that they are (RFC 9110, 5.3).
std::string field(const ResponseHead& head, std::string_view name) {
  std::string all;
  for (const auto& [key, value] : head.headers)
    if (key == name) all += (all.empty() ? "" : ", ") + value;
  return all;
}

// RFC 3230: "SHA-256=<base64>,MD5=<base64>".
std::optional<Sha256Digest> parse_digest(std::string_view list) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    const std::string_view item = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos || lower_ascii(item.substr(0, equals)) != "sha-256") continue;
    return Sha256Digest::from_base64(item.substr(equals + 1));
  }
  return std::nullopt;
}

Error mismatch(const std::string& url, std::string_view kind) {
  return Error(Code::kCorrupt,
               fmt::format("the bytes of {} do not have the {} that its host names; they were damaged "
                           "on the way or on the host; try again, or tell the host's operator",
                           printable(redacted(url)), kind));
}

}  // namespace

uint32_t crc32c(Bytes bytes, uint32_t before) {
  // ISA-L leaves the inversions before and after to its caller, and counts in int.
  uint32_t crc = ~before;
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min<size_t>(bytes.size(), 1 << 30));
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data()));  // only read
    crc = crc32_iscsi(data, static_cast<int>(part.size()), crc);
    bytes = bytes.subspan(part.size());
  }
  return ~crc;
}

NamedDigests NamedDigests::of(const ResponseHead& head) {
  NamedDigests named;
  const auto encoded = [&](std::string_view name) {
    const std::string coding = lower_ascii(head.header(name));
    return !coding.empty() && coding != "identity";
  };
  if (encoded("content-encoding")) return named;
  named.sha256_ = protocol::parse_repr_digest(field(head, "repr-digest"));
  if (!named.sha256_) named.sha256_ = parse_digest(field(head, "digest"));
  // A gzip object that Cloud Storage unpacks for us is sent with the hash of the packed one ("decompressive
  // transcoding" in its documentation).
  if (!encoded("x-goog-stored-content-encoding")) {
    const protocol::GoogHash hash = protocol::parse_goog_hash(field(head, "x-goog-hash"));
    named.crc32c_ = hash.crc32c;
    if (!named.sha256_) named.md5_ = hash.md5_base64;  // MD5 takes longer than the rest together
  }
  if (named.sha256_) named.sha256_so_far_.emplace();
  if (named.md5_) named.md5_so_far_ = std::make_unique<Md5>();
  return named;
}

void NamedDigests::update(Bytes bytes) {
  if (sha256_so_far_) sha256_so_far_->update(bytes);
  if (md5_so_far_) md5_so_far_->update(bytes);
  if (crc32c_) crc32c_so_far_ = crc32c(bytes, crc32c_so_far_);
}

Result<void> NamedDigests::check(const std::string& url) {
  if (sha256_ && sha256_so_far_->finish() != *sha256_) return fail(mismatch(url, "SHA-256 digest"));
  if (md5_ && md5_so_far_->finish_base64() != *md5_) return fail(mismatch(url, "MD5 digest"));
  if (crc32c_ && crc32c_so_far_ != *crc32c_) return fail(mismatch(url, "CRC-32C checksum"));
  return {};
}

}  // namespace tfhub::transfer
