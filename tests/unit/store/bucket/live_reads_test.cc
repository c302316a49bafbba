// A large read on a connection of our own, and what becomes of it when that goes wrong.
#include "store/bucket/live_reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/error.h"
#include "store/bucket/live_source.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::store {
namespace {

using transfer::test::Reply;
using transfer::test::rest_of;
using transfer::test::ScriptedServer;
using transfer::test::ServedFile;

const std::string kContent = transfer::test::pattern(2'000'000);
const protocol::ByteRange kPart{.first = 500'000, .last = 1'499'999};
const std::string kWanted = kContent.substr(500'000, 1'000'000);

std::string request_to(const ScriptedServer& server) {
  return server.url("/bucket/key?x=1") + "\nrange: bytes=500000-1499999\nauthorization: signed a:b";
}

ReadOn read_on_in_memory() {
  return [](uint64_t first) -> Result<std::unique_ptr<ByteSource>> {
    return std::make_unique<MemorySource>(as_bytes(kContent).subspan(first, kPart.last + 1 - first));
  };
}

TEST(LiveReads, SendTheRequestAsItWasSigned) {
  const ServedFile file{kContent};
  const ScriptedServer server([&](const auto& request, int) { return file.answer(request); });
  LiveReads reads(transfer::test::patient());
  const auto body = reads.get(request_to(server), kPart);
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ(rest_of(**body), kWanted);
  EXPECT_EQ(server.requests().at(0).target, "/bucket/key?x=1");
  EXPECT_EQ(server.requests()[0].header("authorization"), "signed a:b");
  EXPECT_TRUE(reads.promising());
}

TEST(LiveReads, TakeNothingButThePartThatWasAskedFor) {
  const std::string part = "Content-Range: bytes 500000-1499999/2000000\r\n";
  for (const Reply& answer :
       {transfer::test::reply("200 OK", "", kContent), transfer::test::reply("404 Not Found", "", "none"),
        transfer::test::reply("503 Slow Down", part, kWanted),
        transfer::test::reply("206 Partial Content", "", kWanted),
        transfer::test::reply("206 Partial Content", "Content-Range: bytes 0-999999/2000000\r\n", kWanted),
        transfer::test::reply("206 Partial Content", part, kWanted.substr(1)),
        transfer::test::reply("206 Partial Content", part + "Content-Encoding: gzip\r\n", kWanted)}) {
    const ScriptedServer server({answer});
    LiveReads reads(transfer::test::patient());
    EXPECT_FALSE(reads.get(request_to(server), kPart)) << answer.bytes.substr(0, 100);
    EXPECT_TRUE(reads.promising()) << "it answers";
  }
}

TEST(LiveReads, LeaveAServerAloneThatCannotBeReached) {
  const auto nobody = transfer::test::bound_socket();
  LiveReads reads(transfer::test::patient());
  const std::string url = fmt::format("http://127.0.0.1:{}/k", transfer::test::port_of(nobody.get()));
  EXPECT_FALSE(reads.get(url, kPart));
  EXPECT_FALSE(reads.promising());
}

TEST(LiveSource, IsReadOnElsewhereAfterACutWithoutAGap) {
  for (const size_t sent : {1, 2, 400'000, 999'999}) {
    Reply answer =
        ServedFile{kContent}.answer({"GET", "/", "GET / HTTP/1.1\r\nrange: bytes=500000-1499999\r\n", 0});
    answer.cut_at = answer.bytes.size() - 1'000'000 + sent;
    const ScriptedServer server({answer});
    LiveReads reads(transfer::test::patient());
    auto body = reads.get(request_to(server), kPart);
    ASSERT_TRUE(body) << body.error().message();
    LiveSource source(std::move(*body), kPart.first, read_on_in_memory());
    std::string got;
    // Some of it by who must not wait.
    while (got.size() < sent / 2) {
      const Bytes here = source.here();
      got += as_text(here);
      source.take(here.size());
    }
    got += rest_of(source);
    EXPECT_TRUE(got == kWanted) << sent << ": " << got.size();
    EXPECT_FALSE(source.arrival());
  }
}

TEST(LiveSource, WhatTheKernelMovedIsNotReadAgain) {
  Reply answer =
      ServedFile{kContent}.answer({"GET", "/", "GET / HTTP/1.1\r\nrange: bytes=500000-1499999\r\n", 0});
  answer.cut_at = answer.bytes.size() - 300'000;
  const ScriptedServer server({answer});
  LiveReads reads(transfer::test::patient());
  auto body = reads.get(request_to(server), kPart);
  ASSERT_TRUE(body) << body.error().message();
  LiveSource source(std::move(*body), kPart.first, read_on_in_memory());
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  const os::UniqueFd to(ends[0]), from(ends[1]);
  std::string got;
  std::vector<char> buffer(1 << 20);
  size_t moved_bytes = 0;
  for (int looks = 0; looks < 100'000 && got.size() < 600'000; ++looks) {
    const auto moved = source.move_to(to.get(), kWanted.size() - got.size());
    if (moved) {
      moved_bytes += moved->bytes;
      (void)source.arrival();
    } else {
      const Bytes here = source.here();
      got += as_text(here);
      source.take(here.size());
    }
    if (const ssize_t n = recv(from.get(), buffer.data(), buffer.size(), 0); n > 0)
      got.append(buffer.data(), static_cast<size_t>(n));
  }
  for (ssize_t n = 1; n > 0;) {
    n = recv(from.get(), buffer.data(), buffer.size(), 0);
    if (n > 0) got.append(buffer.data(), static_cast<size_t>(n));
  }
  EXPECT_GT(moved_bytes, 0U);
  got += rest_of(source);
  EXPECT_TRUE(got == kWanted) << got.size();
  EXPECT_FALSE(source.move_to(to.get(), 1)) << "now it is read elsewhere";
}

TEST(LiveSource, TellsWhyItCannotBeReadOn) {
  Reply answer =
      ServedFile{kContent}.answer({"GET", "/", "GET / HTTP/1.1\r\nrange: bytes=500000-1499999\r\n", 0});
  answer.cut_at = answer.bytes.size() - 10;
  const ScriptedServer server({answer});
  LiveReads reads(transfer::test::patient());
  auto body = reads.get(request_to(server), kPart);
  ASSERT_TRUE(body) << body.error().message();
  LiveSource source(std::move(*body), kPart.first, [](uint64_t first) -> Result<std::unique_ptr<ByteSource>> {
    return fail(Code::kNetwork, "gone at {}", first);
  });
  EXPECT_EQ(rest_of(source), kWanted.substr(0, 999'990) + " but: gone at 1499990");
  std::array<std::byte, 9> more;
  EXPECT_FALSE(source.read(more)) << "an error is final";
}

}  // namespace
}  // namespace tfhub::store
