// SHA-256 and SHA-1, taken while bytes pass by (OpenSSL; SHA-256 runs at 1.2-2 GB/s with SHA-NI, so every
// byte can afford it).
#pragma once

#include <array>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_stream.h"

namespace tfhub {

struct Sha256Digest {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Sha256Digest&) const = default;

  std::string hex() const;     // 64 lower-case digits
  std::string base64() const;  // as RFC 9530 wants it between colons
  static std::optional<Sha256Digest> from_hex(std::string_view text);
  static std::optional<Sha256Digest> from_base64(std::string_view text);
};

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(Bytes bytes);
  // The digest of all bytes since construction or the last finish(); begins anew.
  Sha256Digest finish();

  static Sha256Digest of(Bytes bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// MD5 only because Google Cloud Storage names it in x-goog-hash; never used for trust of our own.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;
  void update(Bytes bytes);
  std::string finish_base64();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// RFC 2104: with it, who shares `key` (bytes) signs texts.
Sha256Digest hmac_sha256(std::string_view key, std::string_view text);

// The 40 lower-case hex digits that name a cache entry (protocol.md, the cache directory).
std::string sha1_hex(std::string_view text);

std::string hex(Bytes bytes);
std::string base64(Bytes bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace tfhub
