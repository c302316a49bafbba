#include "base/digest.h"

// The one-shot interface (EVP) finds its algorithms through providers and openssl.cnf: 1 ms at start, a third
// of a cache hit. These functions are the same code, SHA-NI included, without that.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <cstring>

#include "base/text.h"

namespace tfhub {
namespace {

unsigned char* out(auto& digest) {
  return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

struct Sha256::State {
  SHA256_CTX context;
  State() { SHA256_Init(&context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(Bytes bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  SHA256_Final(out(digest.bytes), &state_->context);
  SHA256_Init(&state_->context);
  return digest;
}

Sha256Digest Sha256::of(Bytes bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.finish();
}

struct Md5::State {
  MD5_CTX context;
  State() { MD5_Init(&context); }
};

Md5::Md5() : state_(std::make_unique<State>()) {}
Md5::~Md5() = default;
void Md5::update(Bytes bytes) {
  MD5_Update(&state_->context, bytes.data(), bytes.size());
}
std::string Md5::finish_base64() {
  std::array<std::byte, 16> digest{};
  MD5_Final(out(digest), &state_->context);
  return base64(digest);
}

std::string sha1_hex(std::string_view text) {
  std::array<std::byte, 20> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, text.data(), text.size());
  SHA1_Final(out(digest), &context);
  return hex(digest);
}

std::string hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::byte b : bytes) {
    text += kDigits[std::to_integer<unsigned>(b) >> 4];
    text += kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view text) {
  Sha256Digest digest;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out(digest.bytes), nullptr);
  return digest;
}

std::string base64(Bytes bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<size_t>(n) - padding);
  return bytes;
}

std::string Sha256Digest::hex() const {
  return tfhub::hex(bytes);
}
std::string Sha256Digest::base64() const {
  return tfhub::base64(bytes);
}

std::optional<Sha256Digest> Sha256Digest::from_hex(std::string_view text) {
  Sha256Digest digest;
  if (text.size() != digest.bytes.size() * 2) return std::nullopt;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest.bytes[i] = static_cast<std::byte>(high << 4 | low);
  }
  return digest;
}

std::optional<Sha256Digest> Sha256Digest::from_base64(std::string_view text) {
  const auto bytes = tfhub::from_base64(text);
  Sha256Digest digest;
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::memcpy(digest.bytes.data(), bytes->data(), bytes->size());
  return digest;
}

}  // namespace tfhub
