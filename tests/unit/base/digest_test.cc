#include "base/digest.h"

namespace tfhub {
namespace {

// FIPS 180-4 example values.
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, GivesThePublishedValues) {
  EXPECT_EQ(Sha256::of(as_bytes("abc")).hex(), kAbc);
  EXPECT_EQ(Sha256::of({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, PiecesGiveWhatTheWholeGivesAndFinishBeginsAnew) {
  Sha256 sha;
  for (const char* piece : {"a", "", "bc"}) sha.update(as_bytes(piece));
  EXPECT_EQ(sha.finish().hex(), kAbc);
  sha.update(as_bytes("abc"));
  EXPECT_EQ(sha.finish().hex(), kAbc);
}

TEST(Sha256Digest, ReadsWhatItWrites) {
  const Sha256Digest digest = Sha256::of(as_bytes("abc"));
  EXPECT_EQ(Sha256Digest::from_hex(digest.hex()), digest);
  EXPECT_EQ(Sha256Digest::from_base64(digest.base64()), digest);
  EXPECT_EQ(digest.base64(), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_FALSE(Sha256Digest::from_hex("ba78"));
  EXPECT_FALSE(Sha256Digest::from_hex(std::string(64, 'g')));
  EXPECT_FALSE(Sha256Digest::from_base64("YWJj"));
}

TEST(HmacSha256, IsRfc4231s) {
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Sha1Hex, IsTensorflowHubsCacheKey) {
  EXPECT_EQ(sha1_hex("https://tfhub.dev/google/nnlm-en-dim128/2"), "29abffb443cb0a0ca9c72e8e3863b76d85028490")
      << "compare: python -c \"import hashlib; print(hashlib.sha1(b'...').hexdigest())\"";
}

TEST(Md5, IsWhatGoogleCloudStorageNames) {
  Md5 md5;
  md5.update(as_bytes("hello"));
  EXPECT_EQ(md5.finish_base64(), "XUFAKrxLKna5cZ2REBfFkg==");
}

}  // namespace
}  // namespace tfhub
