// Digests that the host names: kept, broken, over cuts, and where they do not count.
#include "transfer/checksum.h"

#include <gtest/gtest.h>

#include "protocol/http.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

std::string md5_of(const std::string& text) {
  Md5 md5;
  md5.update(as_bytes(text));
  return md5.finish_base64();
}

std::string crc_of(const std::string& text) {
  const uint32_t crc = crc32c(as_bytes(text));
  std::array<std::byte, 4> big_endian{};
  for (int i = 0; i < 4; ++i)
    big_endian[static_cast<size_t>(i)] = static_cast<std::byte>(crc >> (24 - 8 * i));
  return base64(big_endian);
}

// RFC 3720, B.4, and the customary check value.
TEST(Checksum, Crc32cIsCastagnolis) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\0'))), 0x8A9136AAu);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\xff'))), 0x62A8AB43u);
  EXPECT_EQ(crc32c(as_bytes("6789"), crc32c(as_bytes("12345"))), 0xE3069283u);
}

struct DigestCase {
  std::string headers;
  bool right;
};

TEST(Checksum, IsCheckedOverAllBytes) {
  const std::string content = pattern(100'000), other = pattern(100'001);
  const Sha256Digest sha = Sha256::of(as_bytes(content)), wrong = Sha256::of(as_bytes(other));
  const std::vector<DigestCase> cases = {
      {"Repr-Digest: " + protocol::repr_digest(sha) + "\r\n", true},
      {"Repr-Digest: " + protocol::repr_digest(wrong) + "\r\n", false},
      {"Repr-Digest: md5=:AAAA:\r\nRepr-Digest: " + protocol::repr_digest(wrong) + "\r\n", false},
      {"Digest: MD5=x,SHA-256=" + sha.base64() + "\r\n", true},
      {"Digest: sha-256=" + wrong.base64() + "\r\n", false},
      {"x-goog-hash: crc32c=" + crc_of(content) + "\r\nx-goog-hash: md5=" + md5_of(content) + "\r\n", true},
      {"x-goog-hash: crc32c=" + crc_of(content) + ",md5=" + md5_of(content) + "\r\n", true},
      {"x-goog-hash: crc32c=" + crc_of(other) + "\r\n", false},
      {"x-goog-hash: crc32c=" + crc_of(content) + "\r\nx-goog-hash: md5=" + md5_of(other) + "\r\n", false},
      // Of what these digests are, nobody can say.
      {"Content-Encoding: gzip\r\nRepr-Digest: " + protocol::repr_digest(wrong) + "\r\n", true},
      {"x-goog-stored-content-encoding: gzip\r\nx-goog-hash: md5=" + md5_of(other) + "\r\n", true},
      {"x-goog-stored-content-encoding: identity\r\nx-goog-hash: md5=" + md5_of(other) + "\r\n", false},
      {"Repr-Digest: sha-256=nonsense\r\n", true},
  };
  for (const DigestCase& c : cases) {
    for (const bool cut : {false, true}) {
      SCOPED_TRACE(fmt::format("{}{}", c.headers, cut ? "cut" : "whole"));
      const ServedFile file{content, "\"v1\"", c.headers};
      ScriptedServer server([&](const RecordedRequest& request, int number) {
        Reply answer = file.answer(request);
        if (cut && number == 0) answer.cut_at = answer.bytes.size() / 2;
        return answer;
      });
      const Outcome got = download(server.url());
      EXPECT_EQ(got.bytes.size(), content.size());
      EXPECT_EQ(!got.error, c.right);
      if (!c.right) {
        ASSERT_TRUE(got.error);
        EXPECT_EQ(got.error->code(), Code::kCorrupt);
        EXPECT_EQ(got.worth_restarting, cut);
      }
    }
  }
}

TEST(Checksum, FetchChecksToo) {
  const std::string digest = protocol::repr_digest(Sha256::of(as_bytes("right")));
  ScriptedServer server({reply("200 OK", "Repr-Digest: " + digest + "\r\n", "right"),
                         reply("200 OK", "Repr-Digest: " + digest + "\r\n", "wrong")});
  EXPECT_TRUE(fetch("GET", server.url(), patient(), 1000, quick()));
  const auto got = fetch("GET", server.url(), patient(), 1000, quick());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace tfhub::transfer::test
