#include "transfer/live_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "testing/wait_until.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"
#include "transfer/sigpipe.h"

namespace tfhub::transfer::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

Reply kept_alive(Reply reply) {
  reply.keep = true;
  return reply;
}

Reply kept_open(const std::string& bytes) {
  return {.bytes = bytes, .hang = true};
}

class LiveBodyTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<LiveBody>> get(const ScriptedServer& server, const std::string& target = "/m") {
    return LiveBody::get(server.url(target), headers_, options_, connections_);
  }

  HttpOptions options_ = patient();
  Headers headers_;
  std::shared_ptr<KeptConnections> connections_ = std::make_shared<KeptConnections>();
};

TEST_F(LiveBodyTest, AsksAsItIsToldAndReadsTheWhole) {
  const std::string content = pattern(3'000'000);
  const ScriptedServer server(
      {reply("206 Partial Content", "Content-Range: bytes 0-2999999/9\r\n", content)});
  headers_ = {{"range", "bytes=0-2999999"}, {"authorization", "Bearer x"}};
  const auto body = get(server, "/a%2Fb?alt=media&x=1");
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ((*body)->head().status, 206);
  EXPECT_EQ((*body)->head().header("content-range"), "bytes 0-2999999/9");
  EXPECT_EQ((*body)->length(), content.size());
  EXPECT_EQ(rest_of(**body), content);
  const RecordedRequest asked = server.requests().at(0);
  EXPECT_EQ(asked.method + " " + asked.target, "GET /a%2Fb?alt=media&x=1");
  EXPECT_EQ(asked.header("host"), server.address());
  EXPECT_EQ(asked.header("range"), "bytes=0-2999999");
  EXPECT_EQ(asked.header("authorization"), "Bearer x");
}

TEST_F(LiveBodyTest, AHostThatIsSignedIsNotNamedAgain) {
  const ScriptedServer server({reply("200 OK", "", "x")});
  headers_ = {{"Host", "signed.test"}};
  ASSERT_TRUE(get(server));
  const std::string text = lower_ascii(server.requests().at(0).text);
  EXPECT_EQ(server.requests()[0].header("host"), "signed.test");
  EXPECT_EQ(text.find("host:"), text.rfind("host:"));
}

TEST_F(LiveBodyTest, WhoMayNotWaitWaitsForItsDescriptor) {
  const std::string content = pattern(5'000'000);
  const ScriptedServer server({reply("200 OK", "", content)});
  const auto body = get(server);
  ASSERT_TRUE(body) << body.error().message();
  std::string bytes;
  while (bytes.size() < content.size()) {
    const Bytes here = (*body)->here();
    if (here.empty()) {
      const auto arrival = (*body)->arrival();
      ASSERT_TRUE(arrival);
      EXPECT_GT(arrival->patience, milliseconds(0));
      EXPECT_LE(arrival->patience, options_.stall_timeout);
      pollfd one{arrival->descriptor, POLLIN, 0};
      ASSERT_EQ(poll(&one, 1, 5000), 1);
      continue;
    }
    const size_t some = std::min<size_t>(here.size(), 70'000);
    bytes += as_text(here.first(some));
    (*body)->take(some);
  }
  EXPECT_EQ(bytes, content);
  EXPECT_TRUE((*body)->here().empty());
  EXPECT_EQ(rest_of(**body), "");
}

// Two ends of one connection on loopback; the first is ours and never blocks.
class Line {
 public:
  Line() {
    const os::UniqueFd listener = bound_socket();
    listen(listener.get(), 1);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    theirs_.reset(socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(connect(theirs_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ours_.reset(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
  }
  int ours() const { return ours_.get(); }
  // What has come so far, `size` bytes at most.
  std::string receive(size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(theirs_.get(), bytes.data(), size, MSG_DONTWAIT);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
  }
  std::string receive_until(size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(theirs_.get(), bytes.data(), size, MSG_WAITALL);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
  }
  void close_theirs() { theirs_.reset(); }

 private:
  os::UniqueFd ours_, theirs_;
};

// As the server does it: what the kernel moves, what is here, and where to wait.
uint64_t move_some(LiveBody& body, const Line& line, uint64_t left) {
  const auto moved = body.move_to(line.ours(), left);
  if (moved && moved->what == Moved::What::kMoved) return moved->bytes;
  if (moved && moved->what == Moved::What::kNothingHere) {
    if (const auto arrival = body.arrival()) {
      pollfd one{arrival->descriptor, POLLIN, 0};
      EXPECT_EQ(poll(&one, 1, 5000), 1);
    }
    return 0;
  }
  if (moved) return 0;  // full
  const Bytes here = body.here();
  const ssize_t sent = send(line.ours(), here.data(), here.size(), MSG_NOSIGNAL);
  if (sent > 0) body.take(static_cast<size_t>(sent));
  return sent > 0 ? static_cast<uint64_t>(sent) : 0;
}

TEST_F(LiveBodyTest, TheKernelMovesItFromSocketToSocket) {
  const std::string content = pattern(7'000'000);
  const ScriptedServer server({kept_alive(reply("200 OK", "", content)), reply("200 OK", "", "x")});
  for (int i = 0; i < 2; ++i) {
    const auto body = get(server);
    ASSERT_TRUE(body) << body.error().message();
    Line line;
    std::string bytes;
    for (uint64_t left = (*body)->length(); left > 0 || bytes.size() < (*body)->length();) {
      if (left > 0) left -= move_some(**body, line, left);
      bytes += line.receive(300'000);
    }
    EXPECT_TRUE(bytes == (i == 0 ? content : "x"));
    EXPECT_EQ((*body)->move_to(line.ours(), 1)->what, Moved::What::kNothingHere);
  }
  EXPECT_EQ(server.requests().at(1).connection, 0) << "the connection is good for the next one";
}

TEST_F(LiveBodyTest, WhatWaitsForAFullSocketIsNotLost) {
  const std::string content = pattern(12'000'000);
  const ScriptedServer server({reply("200 OK", "", content)});
  for (const bool by_read : {true, false}) {
    const auto body = get(server);
    ASSERT_TRUE(body);
    Line line;
    uint64_t moved = 0;
    for (auto last = (*body)->move_to(line.ours(), content.size()); !last || last->what != Moved::What::kFull;
         last = (*body)->move_to(line.ours(), content.size() - moved)) {
      moved += last && last->what == Moved::What::kMoved ? last->bytes : 0;
      if (!last || last->what == Moved::What::kNothingHere)
        moved += move_some(**body, line, content.size() - moved);
    }
    ASSERT_LT(moved, content.size()) << "a socket's buffers are smaller";
    std::string rest;
    while (!by_read && moved + rest.size() < content.size()) {
      const Bytes here = (*body)->here();
      rest += as_text(here);
      (*body)->take(here.size());
    }
    rest += rest_of(**body);
    EXPECT_TRUE(line.receive_until(moved) + rest == content) << by_read << ": " << moved;
  }
}

TEST_F(LiveBodyTest, AReceiverThatWentAndACutAreToldApart) {
  Reply cut = reply("200 OK", "", pattern(3'000'000));
  cut.cut_at = 1'000'000;
  const ScriptedServer server({cut, cut});
  {
    const auto body = get(server);
    ASSERT_TRUE(body);
    Line line;
    uint64_t moved = 0;
    for (int looks = 0; (*body)->arrival() && looks < 10'000; ++looks) {
      moved += move_some(**body, line, 3'000'000 - moved);
      line.receive(1 << 20);
    }
    EXPECT_FALSE((*body)->arrival());
    EXPECT_LT(moved, 1'000'000U);
    EXPECT_THAT(rest_of(**body), HasSubstr(" but: the connection was cut"));
  }
  const tfhub::transfer::SigpipeGuard quiet;  // a server ignores that signal
  const auto body = get(server);
  ASSERT_TRUE(body);
  Line line;
  line.close_theirs();
  for (int looks = 0; looks < 1000; ++looks) {
    const auto moved = (*body)->move_to(line.ours(), 3'000'000);
    if (moved && moved->what == Moved::What::kFailed) return;
    if (!moved || moved->what == Moved::What::kNothingHere) move_some(**body, line, 3'000'000);
  }
  ADD_FAILURE() << "nobody said that the receiver is gone";
}

TEST_F(LiveBodyTest, FewBytesAreNotWaitedForLongerThanMany) {
  options_.stall_timeout = milliseconds(400);
  Reply some = reply("200 OK", "", pattern(2'000'000));
  some.cut_at = 200'000;  // fewer than it wakes for
  some.hang = true;
  const ScriptedServer server({some});
  const auto body = get(server);
  ASSERT_TRUE(body);
  Line line;
  uint64_t moved = 0;
  const auto begin = Clock::now();
  while (const auto arrival = (*body)->arrival()) {
    const auto now = (*body)->move_to(line.ours(), 2'000'000 - moved);
    if (now && now->what == Moved::What::kMoved) moved += now->bytes;
    if (!now) moved += move_some(**body, line, 2'000'000 - moved);
    if (now && now->what == Moved::What::kNothingHere) std::this_thread::sleep_for(milliseconds(20));
    ASSERT_LT(Clock::now() - begin, std::chrono::seconds(10));
  }
  EXPECT_GT(moved, 190'000U);
  EXPECT_THAT(rest_of(**body), HasSubstr(" but: nothing came for 0.4 s"));
}

TEST_F(LiveBodyTest, WhatIsHereIsReadFirst) {
  const ScriptedServer server({reply("200 OK", "", "abcdef")});
  const auto body = get(server);
  ASSERT_TRUE(body);
  ASSERT_TRUE(tfhub::testing::wait_until([&] { return (*body)->here().size() == 6; }));
  (*body)->take(2);
  EXPECT_EQ(rest_of(**body), "cdef");
}

TEST_F(LiveBodyTest, AConnectionServesTheNextOneWhenItsBodyIsReadWhole) {
  const ScriptedServer server({kept_alive(reply("200 OK", "", pattern(8'000'000)))});
  for (int i = 0; i < 3; ++i) {
    const auto body = get(server);
    ASSERT_TRUE(body);
    EXPECT_EQ(rest_of(**body).size(), 8'000'000U);
  }
  {
    const auto body = get(server);
    ASSERT_TRUE(body);
    std::array<std::byte, 100> begin;
    ASSERT_TRUE((*body)->read(begin));  // and no more
  }
  ASSERT_TRUE(get(server));
  std::vector<int> connections;
  for (const RecordedRequest& request : server.requests()) connections.push_back(request.connection);
  EXPECT_EQ(connections, (std::vector<int>{0, 0, 0, 0, 1}));
}

TEST_F(LiveBodyTest, AConnectionThatTheServerClosesServesNobody) {
  const ScriptedServer server({kept_alive(reply("200 OK", "Connection: close\r\n", "x")),
                               reply("200 OK", "", "x"), reply("200 OK", "", "x")});
  for (int i = 0; i < 3; ++i) {  // says that it closes; closes and does not say so
    const auto body = get(server);
    ASSERT_TRUE(body) << body.error().message();
    EXPECT_EQ(rest_of(**body), "x");
  }
  EXPECT_EQ(server.requests().at(2).connection, 2);
}

TEST_F(LiveBodyTest, ACutIsAnErrorAndNothingIsWaitedFor) {
  Reply cut = reply("200 OK", "", pattern(100'000));
  cut.cut_at = 50'000;
  const ScriptedServer server({cut});
  const auto read = get(server);
  ASSERT_TRUE(read);
  EXPECT_THAT(rest_of(**read), HasSubstr(" but: the connection was cut"));
  const auto looked = get(server);
  ASSERT_TRUE(looked);
  for (Bytes here = (*looked)->here(); !here.empty() || (*looked)->arrival(); here = (*looked)->here())
    (*looked)->take(here.size());
  std::array<std::byte, 9> more;
  EXPECT_FALSE((*looked)->read(more));
}

TEST_F(LiveBodyTest, SilenceIsAnErrorAndAReaderThatTakesItsTimeIsNot) {
  options_.stall_timeout = milliseconds(800);
  Reply stalled = reply("200 OK", "", pattern(2'000'000));
  stalled.cut_at = 1'500'000;
  stalled.hang = true;
  const ScriptedServer server({stalled});
  const auto body = get(server);
  ASSERT_TRUE(body);
  std::vector<std::byte> buffer(1'000'000);
  size_t read = 0;
  while (read < 1'000'000) {
    const auto got = (*body)->read(std::span(buffer).first(1'000'000 - read));
    ASSERT_TRUE(got) << got.error().message();
    read += *got;
  }
  std::this_thread::sleep_for(milliseconds(1000));
  const std::string rest = rest_of(**body);
  EXPECT_THAT(rest, HasSubstr(" but: nothing came for 0.8 s"));
  EXPECT_GT(rest.size(), 400'000U);
  EXPECT_FALSE((*body)->arrival());
}

TEST_F(LiveBodyTest, WhatHasNoPlainLengthIsNotUnderstood) {
  for (const char* head : {"Transfer-Encoding: chunked\r\n", "", "Content-Length: 3\r\nContent-Length: 4\r\n",
                           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: -1\r\n"}) {
    const ScriptedServer server({kept_open(fmt::format("HTTP/1.1 200 OK\r\n{}\r\nabc", head))});
    const auto body = get(server);
    ASSERT_FALSE(body) << head;
    EXPECT_EQ(body.error().code(), Code::kNetwork);
  }
}

TEST_F(LiveBodyTest, WhatFollowsAnAnswerThatWasNotUnderstoodIsNobodysAnswer) {
  const ScriptedServer server(
      {kept_alive(reply("200 OK", "Transfer-Encoding: chunked\r\n", "")), reply("200 OK", "", "x")});
  EXPECT_FALSE(get(server));
  ASSERT_TRUE(get(server));
  EXPECT_EQ(server.requests().at(1).connection, 1);
}

TEST_F(LiveBodyTest, ABodyThatHasBegunIsTold) {
  options_.stall_timeout = milliseconds(600);
  for (const auto& [body, begins] : {std::pair("", false), std::pair("ab", true)}) {
    for (const bool hangs : {false, true}) {
      const Reply answer{.bytes = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", body),
                         .hang = hangs};
      const ScriptedServer server({answer});
      const auto got = get(server);
      ASSERT_TRUE(got) << got.error().message();
      EXPECT_EQ((*got)->await_first_bytes().has_value(), begins) << body << hangs;
    }
  }
  const ScriptedServer server({reply("200 OK", "", "")});
  EXPECT_TRUE((*get(server))->await_first_bytes());
}

TEST_F(LiveBodyTest, MoreThanItsLengthIsRefused) {
  const ScriptedServer server({kept_open("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc")});
  EXPECT_FALSE(get(server));
}

TEST_F(LiveBodyTest, AnInterimAnswerIsNotTheAnswer) {
  const ScriptedServer server({kept_open(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx")});
  const auto body = get(server);
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ((*body)->head().status, 404);
  EXPECT_EQ((*body)->head().header("link"), "");
}

TEST_F(LiveBodyTest, AHeadThatDoesNotComeOrDoesNotEndIsAnError) {
  options_.stall_timeout = milliseconds(100);
  for (const std::string& bytes :
       {std::string("HTTP/1.1 200 OK\r\nContent-"), "X: " + std::string(80'000, 'x')}) {
    const ScriptedServer server({kept_open(bytes)});
    EXPECT_FALSE(get(server));
  }
  EXPECT_EQ(LiveBody::get("no url", {}, options_, connections_).error().code(), Code::kUsage);
  const os::UniqueFd nobody = bound_socket();
  const auto refused =
      LiveBody::get(fmt::format("http://127.0.0.1:{}/", port_of(nobody.get())), {}, options_, connections_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("refused the connection"));
}

}  // namespace
}  // namespace tfhub::transfer::test
