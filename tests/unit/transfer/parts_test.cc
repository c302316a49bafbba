#include "transfer/parts.h"

#include <gtest/gtest.h>

#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using protocol::ByteRange;

struct PartsTest : ::testing::Test {
  const std::string content = pattern(100'000);
  const Sha256Digest digest = Sha256::of(as_bytes(content));
  const ServedFile file{content};
  PartClient client{patient(), quick()};

  Part part(const ScriptedServer& server, ByteRange range) const {
    return {.url = server.url(), .range = range, .file_size = content.size(), .file_sha256 = digest};
  }

  Result<std::string> read(const ScriptedServer& server, ByteRange range) {
    auto source = client.get(part(server, range));
    if (!source) return tl::unexpected(source.error());
    std::string out;
    std::vector<std::byte> buffer(10'000);
    for (;;) {
      const auto got = (*source)->read(buffer);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return out;
      out += as_text(Bytes(buffer).first(*got));
    }
  }
};

Reply kept(Reply reply) {
  reply.keep = true;
  return reply;
}

TEST_F(PartsTest, APartIsAskedForByItsRangeAndGivesItsBytes) {
  const ScriptedServer server([&](const auto& request, int) { return file.answer(request); });
  EXPECT_EQ(*read(server, {10, 20'009}), content.substr(10, 20'000));
  EXPECT_EQ(server.requests().at(0).header("range"), "bytes=10-20009");
}

TEST_F(PartsTest, TheWholeIsAskedForWithoutARange) {
  const ScriptedServer server([&](const auto& request, int) { return file.answer(request); });
  EXPECT_EQ(*read(server, {0, 99'999}), content);
  EXPECT_EQ(server.requests().at(0).header("range"), "");
}

TEST_F(PartsTest, OneConnectionServesPartAfterPart) {
  const ScriptedServer server([&](const auto& request, int) { return kept(file.answer(request)); });
  for (uint64_t at = 0; at < 100'000; at += 25'000)
    EXPECT_EQ(*read(server, {at, at + 24'999}), content.substr(at, 25'000));
  EXPECT_EQ(server.requests().size(), 4U);
  EXPECT_EQ(server.requests().back().connection, 0);
}

TEST_F(PartsTest, ACutPartIsTakenUpWhereItWas) {
  const ScriptedServer server([&](const auto& request, int number) {
    Reply reply = file.answer(request);
    if (number == 0) reply.cut_at = reply.bytes.size() - 15'000;
    return reply;
  });
  EXPECT_EQ(*read(server, {10, 20'009}), content.substr(10, 20'000));
  EXPECT_EQ(server.requests().at(1).header("range"), "bytes=5010-20009");
}

TEST_F(PartsTest, ABusyServerIsAskedAgain) {
  const ScriptedServer server([&](const auto& request, int number) {
    return number < 2 ? reply("503 Service Unavailable", "", "busy") : file.answer(request);
  });
  EXPECT_EQ(*read(server, {5, 9}), content.substr(5, 5));
}

TEST_F(PartsTest, AHostThatNamesAnotherDigestHasAnotherFile) {
  const ServedFile other{.content = content,
                         .headers = "Repr-Digest: " + protocol::repr_digest(Sha256::of({})) + "\r\n"};
  const ScriptedServer server([&](const auto& request, int) { return other.answer(request); });
  const auto got = read(server, {0, 9});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kCorrupt);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(PartsTest, AHostWithoutPartsIsNamedSo) {
  const ScriptedServer server({reply("200 OK", "", content)});
  const auto got = read(server, {10, 19});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kNetwork);
  EXPECT_THAT(got.error().message(), ::testing::HasSubstr("cannot be read in parts"));
}

TEST_F(PartsTest, AFileOfAnotherLengthIsNotTheOneThatWasListed) {
  const ServedFile longer{content + "x"};
  const ScriptedServer server([&](const auto& request, int) { return longer.answer(request); });
  const auto got = read(server, {10, 19});
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message(), ::testing::HasSubstr("its length was 100000 and is now 100001"));
}

TEST_F(PartsTest, APartThatChangesBehindACutIsNotSpliced) {
  const ServedFile changed{.content = content, .etag = "\"v2\""};
  const ScriptedServer server([&](const auto& request, int number) {
    Reply reply = (number == 0 ? file : changed).answer(request);
    if (number == 0) reply.cut_at = reply.bytes.size() - 100;
    return reply;
  });
  const auto got = read(server, {10, 20'009});
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message(), ::testing::HasSubstr("it changed on the host meanwhile"));
}

TEST_F(PartsTest, AFileThatIsGoneIsNotFound) {
  const ScriptedServer server({reply("404 Not Found", "", "gone")});
  const auto got = read(server, {0, 9});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kNotFound);
}

TEST_F(PartsTest, MoreThanThePartIsCorrupt) {
  const ScriptedServer server([&](const auto&, int) {
    Reply longer;  // only its bytes say that it is more
    longer.bytes =
        "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 10-19/100000\r\n"
        "Transfer-Encoding: chunked\r\n\r\n" +
        chunked(content.substr(10, 11), 100);
    return longer;
  });
  const auto got = read(server, {10, 19});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kCorrupt);
}

TEST_F(PartsTest, AnotherPartThanWasAskedForIsNone) {
  const ScriptedServer server([&](const auto&, int) {
    return reply("206 Partial Content", "ETag: \"v1\"\r\nContent-Range: bytes 10-14/100000\r\n",
                 content.substr(10, 5));
  });
  const auto got = read(server, {10, 19});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kNetwork);
  EXPECT_NE(got.error().message().find("another part than was asked for"), std::string::npos);
}

TEST_F(PartsTest, OnlyHttpIsRead) {
  const auto got =
      client.get({.url = "file:///etc/passwd", .range = {0, 1}, .file_size = 2, .file_sha256 = {}});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::transfer::test
