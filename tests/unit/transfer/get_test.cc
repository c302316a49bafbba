// get(): heads, statuses, retries, lengths, limits of time.
#include <gtest/gtest.h>

#include <latch>

#include "base/log.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

TEST(Get, GivesHeadAndBody) {
  ScriptedServer server({reply("200 OK", "ETag: \"x\"\r\nX-Two:  words here \r\n", "hello")});
  const Outcome got = download(server.url("/m?a=b#fragment"));
  ASSERT_FALSE(got.error) << got.error->message();
  EXPECT_EQ(got.bytes, "hello");
  EXPECT_EQ(got.head.status, 200);
  EXPECT_EQ(got.head.header("etag"), "\"x\"");
  EXPECT_EQ(got.head.header("x-two"), "words here");
  EXPECT_EQ(got.head.content_length(), 5u);
  const RecordedRequest request = server.requests().at(0);
  EXPECT_EQ(request.target, "/m?a=b");
  EXPECT_THAT(request.header("user-agent"), ::testing::StartsWith("tfhub/"));
  EXPECT_EQ(request.header("accept-encoding"), "");
}

TEST(Get, GivesALargeBodyWhateverTheReadersBuffer) {
  const ServedFile file{pattern(5 << 20)};
  ScriptedServer server([&](const RecordedRequest& request, int) { return file.answer(request); });
  for (const size_t step : {size_t{1000}, size_t{64 << 10}, size_t{3 << 20}}) {
    const Outcome got = download(server.url(), patient(), step);
    ASSERT_FALSE(got.error) << got.error->message();
    EXPECT_TRUE(got.bytes == file.content) << step;
  }
}

TEST(Get, GivesChunkedAndUnmarkedBodies) {
  const std::string content = pattern(300'000);
  Reply chunks, until_close;
  chunks.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(content, 7000);
  until_close.bytes = "HTTP/1.0 200 OK\r\n\r\n" + content;
  ScriptedServer server({chunks, until_close});
  EXPECT_TRUE(download(server.url()).bytes == content);
  EXPECT_TRUE(download(server.url()).bytes == content);
}

TEST(Get, GivesAnEmptyBody) {
  ScriptedServer server({reply("200 OK", "", "")});
  const Outcome got = download(server.url());
  EXPECT_FALSE(got.error);
  EXPECT_EQ(got.bytes, "");
}

TEST(Get, IgnoresAContentEncodingNobodyAskedFor) {
  ScriptedServer server({reply("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b not gzip at all")});
  EXPECT_EQ(download(server.url()).bytes, "\x1f\x8b not gzip at all");
}

TEST(Get, SkipsInterimAnswersAndFoldsLines) {
  Reply answer;
  answer.bytes =
      "HTTP/1.1 103 Early Hints\r\nX-Old: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: "
      "2\r\n\r\nok";
  ScriptedServer server({answer});
  const Outcome got = download(server.url());
  EXPECT_EQ(got.bytes, "ok");
  EXPECT_EQ(got.head.header("x-old"), "");
  EXPECT_EQ(got.head.header("x-long"), "one two");
}

TEST(Get, SendsTheCallersHeaders) {
  ScriptedServer server({reply("200 OK", "", "")});
  HttpOptions options = patient();
  options.headers = {{"Accept", "application/x"}, {"X-A", "b"}};
  download(server.url(), options);
  EXPECT_EQ(server.requests().at(0).header("accept"), "application/x");
  EXPECT_EQ(server.requests().at(0).header("x-a"), "b");
}

struct StatusCase {
  Reply answer;
  Code code;
  std::vector<const char*> words;
};

TEST(Get, NamesStatusAndTheServersWords) {
  const std::vector<StatusCase> cases = {
      {reply("404 Not Found", "Content-Type: application/problem+json\r\n",
             R"({"title":"Not Found","status":404,"detail":"acme/mul/9 is not here; it has versions 1, 2"})"),
       Code::kNotFound,
       {"404", "acme/mul/9 is not here; it has versions 1, 2"}},
      {reply("410 Gone", "", ""), Code::kNotFound, {"410 Gone"}},
      {reply("403 Forbidden", "Content-Type: text/plain\r\n", "no\tentry\x1b[31m for you\r\n"),
       Code::kNotAllowed,
       {"403", "no entry\\x1b[31m for you", "credentials"}},
      {reply("401 Unauthorized", "Content-Type: application/json\r\n",
             R"({"error":{"code":401,"message":"Login!"}})"),
       Code::kNotAllowed,
       {"401", "Login!"}},
      {reply(
           "403 Forbidden", "Content-Type: application/xml\r\n",
           "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message></Error>"),
       Code::kNotAllowed,
       {"Access denied."}},
      {reply("400 Bad Request", "Content-Type: text/html\r\n",
             "<!doctype html><HTML><head><TITLE lang=en>\n Portal:  log in </TITLE></head>..."),
       Code::kNetwork,
       {"400", "Portal: log in"}},
      {reply("418 I'm a teapot", "Content-Type: image/png\r\n", "\x89PNG"), Code::kNetwork, {"418"}},
      {reply("303 See Other", "", "gs://bucket/model"), Code::kNetwork, {"303", "redirect"}},
  };
  for (const StatusCase& c : cases) {
    SCOPED_TRACE(c.answer.bytes);
    ScriptedServer server({c.answer});
    const Outcome got = download(server.url("/acme/mul/9?token=hush"));
    ASSERT_TRUE(got.error);
    EXPECT_FALSE(got.opened);
    EXPECT_EQ(got.error->code(), c.code);
    for (const char* words : c.words) EXPECT_THAT(got.error->message(), HasSubstr(words));
    EXPECT_THAT(got.error->message(),
                AllOf(HasSubstr("/acme/mul/9"), Not(HasSubstr("hush")), HasSubstr("; ")));
    EXPECT_EQ(server.requests().size(), 1u) << "a final answer is not asked for twice";
  }
}

TEST(Get, ALongPageIsShortened) {
  ScriptedServer server({reply("404 Not Found", "Content-Type: text/plain\r\n", std::string(500'000, 'x'))});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNotFound);
  EXPECT_LT(got.error->message().size(), 500u);
}

TEST(Get, TriesAgainWhatMayPass) {
  for (const char* status : {"408 Request Timeout", "429 Too Many Requests", "500 Internal Server Error",
                             "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"}) {
    ScriptedServer server({reply(status, "Retry-After: 0\r\n", "busy"), reply(status, "", "busy"),
                           reply("200 OK", "", "here")});
    EXPECT_EQ(download(server.url()).bytes, "here") << status;
    EXPECT_EQ(server.requests().size(), 3u);
  }
}

TEST(Get, HonoursRetryAfterAndGivesUpWhereThatIsTooLong) {
  ScriptedServer soon(
      {reply("429 Too Many Requests", "Retry-After: 1\r\n", ""), reply("200 OK", "", "here")});
  Tuning tuning = quick();
  tuning.longest_retry_after = std::chrono::seconds(2);
  const auto begin = Clock::now();
  EXPECT_EQ(download(soon.url(), patient(), 4096, tuning).bytes, "here");
  EXPECT_GE(Clock::now() - begin, std::chrono::seconds(1));

  ScriptedServer late(
      {reply("429 Too Many Requests", "Retry-After: 3600\r\n", ""), reply("200 OK", "", "here")});
  const Outcome got = download(late.url(), patient(), 4096, tuning);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(late.requests().size(), 1u);
  EXPECT_THAT(got.error->message(), HasSubstr("try again in 60m"));
}

TEST(Get, SaysHowOftenItTried) {
  ScriptedServer server({reply("503 Service Unavailable", "Retry-After: 0\r\n", "")});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), AllOf(HasSubstr("503 Service Unavailable"), HasSubstr("5 tries")));
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST(Get, ARefusedConnectionIsNamed) {
  const os::UniqueFd nobody = bound_socket();
  const std::string address = fmt::format("127.0.0.1:{}", port_of(nobody.get()));
  const Outcome got = download("http://user:hush@" + address + "/m");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_EQ(got.error->message(),
            "the server at " + address + " refused the connection (5 tries); is it running?");
  EXPECT_FALSE(got.error->chain().empty());
}

TEST(Get, AServerThatComesUpMeanwhileIsFound) {
  // Refused first: the port is bound, but nobody listens yet.
  os::UniqueFd socket = bound_socket();
  const int port = port_of(socket.get());
  std::latch listening(1);
  set_log_level(LogLevel::kDebug);
  set_log_function([&](LogLevel, std::string_view message) {
    if (message.find("refused the connection; trying again") == message.npos) return;
    listen(socket.get(), 1);
    listening.count_down();
  });
  std::thread late([&] {
    listening.wait();
    const os::UniqueFd fd(accept(socket.get(), nullptr, nullptr));
    char buffer[4096];
    const ssize_t got = recv(fd.get(), buffer, sizeof buffer, 0);
    const std::string answer = reply("200 OK", "", "late").bytes;
    if (got > 0) send(fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  });
  HttpOptions options = patient();
  options.retries = 1;
  EXPECT_EQ(download(fmt::format("http://127.0.0.1:{}/", port), options).bytes, "late");
  late.join();
  set_log_function({});
  set_log_level(LogLevel::kWarning);
}

TEST(Get, TheTotalTimeIsAHardBound) {
  Reply silent;
  silent.hang = true;
  Reply half = reply("200 OK", "ETag: \"a\"\r\n", pattern(1000));
  half.cut_at = half.bytes.size() - 500;
  half.hang = true;
  Reply busy = reply("503 Service Unavailable", "Retry-After: 30\r\n", "");
  Tuning slow;
  slow.backoff = std::chrono::milliseconds(10);
  for (const Reply& answer : {silent, half, busy}) {
    ScriptedServer server({answer});
    HttpOptions options = patient();
    options.total_timeout = std::chrono::milliseconds(200);
    options.stall_timeout = std::chrono::minutes(10);
    options.retries = 100;
    const auto begin = Clock::now();
    const Outcome got = download(server.url(), options, 4096, slow);
    const auto took = Clock::now() - begin;
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), Code::kNetwork);
    EXPECT_LT(took, std::chrono::minutes(1));  // any other bound: ten minutes and more
  }
}

TEST(Get, AConnectThatHangsEnds) {
  // A full backlog: the kernel answers no further SYN.
  const os::UniqueFd listener = bound_socket();
  listen(listener.get(), 0);
  std::vector<os::UniqueFd> fillers;
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)connect(fillers.back().get(), reinterpret_cast<sockaddr*>(&address), size);
  }
  HttpOptions options = patient();
  options.connect_timeout = std::chrono::milliseconds(100);
  options.retries = 1;
  const auto begin = Clock::now();
  const Outcome got = download(fmt::format("http://127.0.0.1:{}/", port_of(listener.get())), options);
  ASSERT_TRUE(got.error);
  EXPECT_THAT(got.error->message(), HasSubstr("did not answer in time (2 tries)"));
  EXPECT_LT(Clock::now() - begin, std::chrono::minutes(1));  // the kernel's own patience: two minutes a try
}

TEST(Get, ALengthThatIsNotKeptIsCorruptOrCut) {
  Reply short_body;
  short_body.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this";
  ScriptedServer server({short_body});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.bytes, "only this");
  EXPECT_TRUE(got.worth_restarting);
  EXPECT_THAT(got.error->message(), HasSubstr("cut"));
}

TEST(Get, APartThatNobodyAskedForIsNotTheWhole) {
  ScriptedServer server({reply("206 Partial Content", "Content-Range: bytes 5-9/10\r\n", "56789")});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), HasSubstr("206"));
}

TEST(Get, TwoLengthsAreNone) {
  Reply smuggled;
  smuggled.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!";
  ScriptedServer server({smuggled});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_EQ(got.bytes, "");
}

TEST(Get, HugeHeadsEnd) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += fmt::format("X-{}: {}\r\n", i, std::string(20, 'y'));
  for (const std::string& headers : {many, "X: " + std::string(1 << 20, 'y') + "\r\n"}) {
    ScriptedServer server({reply("200 OK", headers, "x")});
    const Outcome got = download(server.url());
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), Code::kNetwork);
  }
}

TEST(Get, WhatIsNotHttpIsNamed) {
  Reply ssh;
  ssh.bytes = "SSH-2.0-OpenSSH_9.2\r\n";
  ScriptedServer server({ssh});
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), HasSubstr("not HTTP"));
}

TEST(Get, TlsToAPlainPortIsNamed) {
  Reply plain = reply("400 Bad Request", "", "speak HTTP");
  plain.keep = false;
  // The handshake holds no "\r\n\r\n", so this server answers nothing; one that answers plain text at once
  // does.
  os::UniqueFd listener = bound_socket();
  listen(listener.get(), 4);
  std::thread talker([&] {
    const os::UniqueFd fd(accept(listener.get(), nullptr, nullptr));
    char buffer[4096];
    if (recv(fd.get(), buffer, sizeof buffer, 0) > 0)
      send(fd.get(), plain.bytes.data(), plain.bytes.size(), MSG_NOSIGNAL);
    (void)recv(fd.get(), buffer, sizeof buffer, 0);
  });
  const Outcome got = download(fmt::format("https://127.0.0.1:{}/", port_of(listener.get())));
  talker.join();
  ASSERT_TRUE(got.error);
  EXPECT_THAT(got.error->message(), HasSubstr("does not speak TLS"));
}

TEST(Get, OnlyHttpUrls) {
  for (const char* url : {"file:///etc/passwd", "gs://bucket/x", "models/x", "", "http://", "http://a b/"}) {
    const Outcome got = download(url);
    ASSERT_TRUE(got.error) << url;
    EXPECT_EQ(got.error->code(), Code::kUsage) << url << got.error->message();
  }
}

TEST(Get, AnErrorStays) {
  Reply cut = reply("200 OK", "", pattern(1000));
  cut.cut_at = cut.bytes.size() - 500;
  ScriptedServer server({cut});
  auto source = get(server.url(), patient(), quick());
  ASSERT_TRUE(source);
  std::vector<std::byte> buffer(4096);
  while ((*source)->read(buffer)) {
  }
  const auto first = (*source)->read(buffer);
  const auto again = (*source)->read(buffer);
  ASSERT_FALSE(first);
  ASSERT_FALSE(again);
  EXPECT_EQ(first.error().message(), again.error().message());
}

}  // namespace
}  // namespace tfhub::transfer::test
