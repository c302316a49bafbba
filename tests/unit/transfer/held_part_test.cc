// A download that goes on with what an earlier one brought: the same bytes, or all of them anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::HasSubstr;

class KeptBytes final : public ByteSource {
 public:
  explicit KeptBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> read(MutableBytes buffer) override {
    const size_t size = std::min(buffer.size(), bytes_.size() - at_);
    std::copy_n(as_bytes(bytes_).begin() + static_cast<std::ptrdiff_t>(at_), size, buffer.begin());
    at_ += size;
    return size;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

class Held : public ::testing::Test {
 protected:
  // As a process that was interrupted after `size` bytes kept them.
  static HeldPart part_of(const std::string& url, const std::string& content, size_t size) {
    const auto first = get(url, patient(), quick()).value();
    HeldPart held;
    held.validator = first->validator();
    held.address = first->address();
    held.total = first->head().content_length().value();
    held.size = size;
    held.bytes = std::make_unique<KeptBytes>(content.substr(0, size));
    return held;
  }
  const ServedFile file_{pattern(300'000)};
};

TEST_F(Held, OnlyTheRestIsAskedFor) {
  ScriptedServer server([&](const RecordedRequest& request, int) { return file_.answer(request); });
  const auto download =
      get(server.url(), patient(), quick(), part_of(server.url(), file_.content, 200'000)).value();
  EXPECT_EQ(download->held(), 200'000u);
  EXPECT_EQ(download->head().status, 200);
  EXPECT_EQ(download->head().content_length(), 300'000u);
  EXPECT_EQ(download->validator(), file_.etag);
  EXPECT_EQ(rest_of(*download), file_.content);
  const auto requests = server.requests();
  EXPECT_EQ(requests.back().header("range"), "bytes=200000-");
  EXPECT_EQ(requests.back().header("if-range"), file_.etag);
}

TEST_F(Held, TheRestIsTakenUpAfterACutToo) {
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    Reply answer = file_.answer(request);
    if (number == 1) answer.cut_at = answer.bytes.size() - 50'000;
    return answer;
  });
  const auto download =
      get(server.url(), patient(), quick(), part_of(server.url(), file_.content, 200'000)).value();
  EXPECT_EQ(rest_of(*download), file_.content);
  EXPECT_EQ(server.requests().back().header("range"), "bytes=250000-");
}

TEST_F(Held, WhatChangedIsFetchedAnew) {
  const ServedFile newer{pattern(290'000), "\"v2\""};
  std::atomic<bool> changed = false;
  ScriptedServer server([&](const RecordedRequest& request, int) {
    return changed ? newer.answer(request) : file_.answer(request);
  });
  auto held = part_of(server.url(), file_.content, 200'000);
  changed = true;
  const auto download = get(server.url(), patient(), quick(), std::move(held)).value();
  EXPECT_EQ(download->held(), 0u);
  EXPECT_EQ(rest_of(*download), newer.content);
}

// A host that sends a part although If-Range does not hold, or another part, or has no such range.
TEST_F(Held, AnAnswerThatDoesNotFollowIsNotTaken) {
  const std::string other = pattern(300'001).substr(1);
  for (const Reply& odd :
       {reply("206 Partial Content", "ETag: \"v2\"\r\nContent-Range: bytes 200000-299999/300000\r\n",
              other.substr(200'000)),
        reply("206 Partial Content", "ETag: \"v1\"\r\nContent-Range: bytes 100000-299999/300000\r\n",
              file_.content.substr(100'000)),
        reply("206 Partial Content", "ETag: \"v1\"\r\nContent-Range: bytes 200000-399999/400000\r\n",
              other.substr(0, 200'000)),
        reply("416 Range Not Satisfiable", "ETag: \"v1\"\r\nContent-Range: bytes */300000\r\n", "no")}) {
    ScriptedServer server([&](const RecordedRequest& request, int number) {
      return number == 1 ? odd : file_.answer(request);
    });
    const auto download =
        get(server.url(), patient(), quick(), part_of(server.url(), file_.content, 200'000)).value();
    EXPECT_EQ(download->held(), 0u);
    EXPECT_EQ(rest_of(*download), file_.content);
    EXPECT_EQ(server.requests().back().header("range"), "");
  }
}

// Equal tags of two addresses say nothing.
TEST_F(Held, AnotherAddressIsAnotherFile) {
  ScriptedServer server([&](const RecordedRequest& request, int) { return file_.answer(request); });
  HeldPart held = part_of(server.url(), file_.content, 200'000);
  held.address[0] = held.address[0] == '0' ? '1' : '0';
  const auto download = get(server.url(), patient(), quick(), std::move(held)).value();
  EXPECT_EQ(download->held(), 0u);
  EXPECT_EQ(rest_of(*download), file_.content);
}

// The digest that the host names is of the whole, so it covers what was held.
TEST_F(Held, DamageInWhatWasHeldIsFound) {
  ServedFile file = file_;
  file.headers = fmt::format("Repr-Digest: sha-256=:{}:\r\n", Sha256::of(as_bytes(file.content)).base64());
  ScriptedServer server([&](const RecordedRequest& request, int) { return file.answer(request); });
  std::string damaged = file.content;
  damaged[5] ^= 1;
  const auto download =
      get(server.url(), patient(), quick(), part_of(server.url(), damaged, 200'000)).value();
  EXPECT_THAT(rest_of(*download), HasSubstr(" but: "));
  EXPECT_TRUE(download->worth_restarting());
}

}  // namespace
}  // namespace tfhub::transfer::test
