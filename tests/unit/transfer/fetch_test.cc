// fetch(): any status is a result; limits of size and time; options from the environment; a missing libcurl.
#include <gtest/gtest.h>

#include "testing/scoped_env.h"
#include "transfer/curl_library.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"
#include "transfer/sigpipe.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::HasSubstr;
using tfhub::testing::ScopedEnv;
using Clock = std::chrono::steady_clock;

TEST(Fetch, AnyStatusIsAResult) {
  ScriptedServer server({reply("303 See Other", "", "gs://bucket/model"), reply("404 Not Found", "", "no"),
                         reply("200 OK", "", "yes")});
  for (const auto& [status, body] :
       {std::pair(303, "gs://bucket/model"), std::pair(404, "no"), std::pair(200, "yes")}) {
    const auto got = fetch("GET", server.url(), patient());
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got->head.status, status);
    EXPECT_EQ(got->body, body);
  }
}

TEST(Fetch, OnlyHttpIsFetched) {
  for (const char* url : {"", "file:///etc/passwd", "ftp://127.0.0.1/x", "http:/x"})
    EXPECT_EQ(fetch("GET", url, patient()).error().code(), Code::kUsage) << url;
}

TEST(Fetch, HeadHasNoBody) {
  Reply answer;
  answer.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\nETag: \"a\"\r\n\r\n";
  answer.keep = true;
  ScriptedServer server({answer});
  const auto got = fetch("HEAD", server.url(), patient());
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->head.content_length(), 5'000'000u);
  EXPECT_EQ(got->body, "");
  EXPECT_EQ(server.requests().at(0).method, "HEAD");
}

TEST(Fetch, TriesAgainAfterCutsAndGivesTheLastStatus) {
  Reply cut = reply("200 OK", "", "hello");
  cut.cut_at = cut.bytes.size() - 2;
  ScriptedServer healed({cut, reply("500 Internal Server Error", "", ""), reply("200 OK", "", "hello")});
  const auto got = fetch("GET", healed.url(), patient(), 1000, quick());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "hello");

  ScriptedServer sick({reply("503 Service Unavailable", "", "busy")});
  const auto last = fetch("GET", sick.url(), patient(), 1000, quick());
  ASSERT_TRUE(last);
  EXPECT_EQ(last->head.status, 503);
  EXPECT_EQ(sick.requests().size(), 5u);
  EXPECT_EQ(status_error(*last, sick.url()).code(), Code::kNetwork);
}

TEST(Fetch, TooLargeABodyIsAnError) {
  ScriptedServer server({reply("200 OK", "", std::string(1000, 'x')),
                         reply("200 OK", "", std::string(1001, 'x')),
                         reply("404 Not Found", "", std::string(1001, 'x'))});
  EXPECT_TRUE(fetch("GET", server.url(), patient(), 1000, quick()));
  const auto got = fetch("GET", server.url(), patient(), 1000, quick());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kCorrupt);
  const auto page = fetch("GET", server.url(), patient(), 1000, quick());
  ASSERT_TRUE(page) << "of an error's page the beginning will do";
  EXPECT_EQ(page->body.size(), 1000u);
}

TEST(Fetch, TheTotalTimeBoundsRetriesAndSilence) {
  Reply silent;
  silent.hang = true;
  ScriptedServer server({silent});
  HttpOptions options = patient();
  options.total_timeout = std::chrono::milliseconds(150);
  options.stall_timeout = std::chrono::minutes(10);
  options.retries = 1000;
  const auto begin = Clock::now();
  const auto got = fetch("HEAD", server.url(), options);
  const auto took = Clock::now() - begin;
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kNetwork);
  EXPECT_THAT(got.error().message(), HasSubstr("within 0.15 s"));
  EXPECT_GE(took, std::chrono::milliseconds(140));
  EXPECT_LT(took, std::chrono::minutes(1));  // of silence alone: ten

  const os::UniqueFd nobody = bound_socket();  // refused at once; the default pauses would take hours
  const auto again = Clock::now();
  EXPECT_FALSE(fetch("GET", fmt::format("http://127.0.0.1:{}/", port_of(nobody.get())), options));
  EXPECT_LT(Clock::now() - again, std::chrono::minutes(1));
}

// Never silent for long, and never done: a byte at a time, headers that trickle, "100 Continue" without end.
TEST(Fetch, AHostThatOnlyTricklesHoldsNobody) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
  std::string continues;
  for (int i = 0; i < 5000; ++i) continues += "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::string& text :
       {head + std::string(5000, 'x'), "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'y'), continues}) {
    Reply trickling;
    trickling.bytes = text;
    trickling.trickle = std::chrono::milliseconds(2);
    ScriptedServer server({trickling});
    HttpOptions options = patient();
    options.retries = 0;
    options.stall_timeout = std::chrono::minutes(10);
    options.min_speed = 100'000;
    options.speed_window = std::chrono::milliseconds(100);
    const auto got = fetch("GET", server.url(), options, 10 << 20, quick());
    ASSERT_FALSE(got) << text.substr(0, 30);
    EXPECT_EQ(got.error().code(), Code::kNetwork);
    EXPECT_THAT(got.error().message(), AllOf(HasSubstr("sent only"), HasSubstr("TFHUB_MIN_SPEED")));
  }
  // Any speed will do, for who says so.
  Reply slow = reply("200 OK", "", std::string(40, 'x'));
  slow.trickle = std::chrono::milliseconds(1);
  ScriptedServer server({slow});
  HttpOptions options = patient();
  options.min_speed = 0;
  options.speed_window = std::chrono::milliseconds(1);
  EXPECT_TRUE(fetch("GET", server.url(), options, 1 << 20, quick()));
}

TEST(Options, ComeFromTheEnvironment) {
  const ScopedEnv connect("TFHUB_CONNECT_TIMEOUT", "1.5"), stall("TFHUB_STALL_TIMEOUT", "7"),
      retries("TFHUB_RETRIES", "2"), verify("TFHUB_DISABLE_CERT_VALIDATION", "true");
  const auto options = HttpOptions::from_settings();
  ASSERT_TRUE(options);
  EXPECT_EQ(options->connect_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(options->stall_timeout, std::chrono::seconds(7));
  EXPECT_EQ(options->retries, 2);
  EXPECT_FALSE(options->verify_certificate);
}

TEST(Options, NonsenseInTheEnvironmentIsNamed) {
  for (const auto& [name, value] : {std::pair("TFHUB_RETRIES", "many"), std::pair("TFHUB_RETRIES", "-1"),
                                    std::pair("TFHUB_RETRIES", "1e9"), std::pair("TFHUB_STALL_TIMEOUT", "0"),
                                    std::pair("TFHUB_CONNECT_TIMEOUT", "soon")}) {
    const ScopedEnv scoped(name, value);
    const auto options = HttpOptions::from_settings();
    ASSERT_FALSE(options) << value;
    EXPECT_EQ(options.error().code(), Code::kUsage);
    EXPECT_THAT(options.error().message(), HasSubstr(name));
  }
  const ScopedEnv yes("TFHUB_DISABLE_CERT_VALIDATION", "1");
  EXPECT_TRUE(HttpOptions::from_settings()->verify_certificate) << "exactly 'true', as tensorflow_hub has it";
}

TEST(Sigpipe, AClosedPeerDoesNotEndTheProcess) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const os::UniqueFd writer(ends[1]);
  close(ends[0]);
  sigset_t pending;
  {
    const SigpipeGuard outer;
    const SigpipeGuard inner;
    EXPECT_EQ(write(writer.get(), "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 1);
  }
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(CurlLibrary, ItsAbsenceNamesThePackage) {
  const char* const names[] = {"libnosuch-curl.so.4"};
  const auto library = CurlLibrary::open(names);
  ASSERT_FALSE(library);
  EXPECT_THAT(library.error().message(), HasSubstr("libcurl4"));
  const char* const wrong[] = {"libdl.so.2"};  // opens, and is another library
  EXPECT_FALSE(CurlLibrary::open(wrong));
}

TEST(CurlLibrary, ManyThreadsMayBeginAtOnce) {
  ScriptedServer servers[4] = {
      ScriptedServer({reply("200 OK", "", "0")}), ScriptedServer({reply("200 OK", "", "1")}),
      ScriptedServer({reply("200 OK", "", "2")}), ScriptedServer({reply("200 OK", "", "3")})};
  std::vector<std::string> bodies(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) bodies[i] += download(servers[i].url()).bytes;
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(bodies[i], std::string(20, static_cast<char>('0' + i)));
}

}  // namespace
}  // namespace tfhub::transfer::test
