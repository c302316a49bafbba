// The digests that a host names for an answer's bytes, and their check when all bytes are here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "transfer/http.h"

namespace tfhub::transfer {

// CRC-32C (Castagnoli, RFC 3720 B.4) of `bytes` after those that gave `before` (0 at the start).
uint32_t crc32c(Bytes bytes, uint32_t before = 0);

// Repr-Digest (RFC 9530), Digest (RFC 3230) and x-goog-hash (Google Cloud Storage). With a Content-Encoding
// they are not looked at: whether they are of the bytes before or after it differs from server to server.
class NamedDigests {
 public:
  static NamedDigests of(const ResponseHead& head);
  void update(Bytes bytes);
  // kCorrupt when the bytes so far are not what the host named.
  Result<void> check(const std::string& url);

 private:
  std::optional<Sha256Digest> sha256_;
  std::optional<std::string> md5_;
  std::optional<uint32_t> crc32c_;
  std::optional<Sha256> sha256_so_far_;
  std::unique_ptr<Md5> md5_so_far_;
  uint32_t crc32c_so_far_ = 0;
};

}  // namespace tfhub::transfer
