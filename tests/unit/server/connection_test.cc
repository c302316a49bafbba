// The server on real sockets: what a client can do to it on the wire.
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "base/log.h"
#include "catalog/entry_cache.h"
#include "raw_client.h"
#include "server/request_head.h"
#include "server/server.h"
#include "testing/wait_until.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::wait_until;

constexpr std::string_view kGetHealth = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

class Wire : public ::testing::Test {
 protected:
  Wire() : store_(open_directory(directory_.path())) {
    options_.listen = "127.0.0.1:0";
    options_.access_log = false;
    options_.threads = 2;
    archive_ = many_bytes(8 << 20);
    publish(*store_, "acme/big/1", Kind::kSavedModel, archive_, {{"saved_model.pb", "graph"}});
  }
  Server& server() {
    if (!server_) {
      auto started = Server::start(store_, options_);
      if (!started) throw std::runtime_error(started.error().message());
      server_ = std::move(*started);
    }
    return *server_;
  }
  RawClient client(int receive_buffer = 0) { return RawClient(server().url(), receive_buffer); }

  TempDir directory_;
  std::shared_ptr<store::ObjectStore> store_;
  ServerOptions options_;
  std::string archive_;
  std::unique_ptr<Server> server_;
};

TEST_F(Wire, AnswersCarryWhatEveryAnswerCarries) {
  RawClient c = client();
  for (const char* target :
       {"/healthz", "/acme/big/1", "/nobody/at/all", "/acme/big/1?tf-hub-format=compressed"}) {
    const Answer answer = c.get(target);
    EXPECT_NE(answer.status, 0U) << target;
    EXPECT_EQ(answer.field("access-control-allow-origin"), "*");
    EXPECT_EQ(answer.field("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.field("access-control-expose-headers"),
              "ETag, Content-Length, Content-Range, Repr-Digest");
    EXPECT_NE(answer.field("date"), "");
    EXPECT_FALSE(answer.has("connection")) << "HTTP/1.1 keeps alive without saying so";
  }
}

TEST_F(Wire, DownloadsWholeAndInParts) {
  RawClient c = client();
  EXPECT_EQ(c.get(kBig).body, archive_);
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\nRange: bytes=5000000-6999999\r\n\r\n");
  const Answer part = c.answer();
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(part.body, archive_.substr(5'000'000, 2'000'000));
  c.send("HEAD " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  const Answer head = c.answer(true);
  EXPECT_EQ(head.length, archive_.size());
  EXPECT_EQ(c.get("/healthz").body, "ok") << "no body followed the answer to HEAD";
}

TEST_F(Wire, ThousandsOfRangesAreTheWhole) {
  std::string ranges = "bytes=0-0";
  for (int i = 1; i < 1700; ++i) ranges += fmt::format(",{0}-{0}", i);
  ASSERT_LT(ranges.size(), kMaxHead - 200);
  RawClient c = client();
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\nRange: " + ranges + "\r\n\r\n");
  EXPECT_EQ(c.answer().body.size(), archive_.size());
  while (ranges.size() < 40'000) ranges += ",0-0";
  RawClient d = client();
  d.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\nRange: " + ranges + "\r\n\r\n");
  EXPECT_EQ(d.answer().status, 431U);
}

TEST_F(Wire, PipelinedRequestsAreAnsweredInOrder) {
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += fmt::format("GET /no/model-{} HTTP/1.1\r\nHost: h\r\n\r\n", i);
  requests += "GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n";  // does not fit a socket's buffer
  requests += kGetHealth;
  RawClient c = client(64 << 10);
  std::thread sender([&] { c.send(requests); });
  for (int i = 0; i < 500; ++i) {
    const Answer answer = c.answer();
    ASSERT_EQ(answer.status, 404U);
    ASSERT_THAT(answer.body, HasSubstr(fmt::format("model-{}\"", i)));
  }
  EXPECT_EQ(c.answer().body, archive_);
  EXPECT_EQ(c.answer().body, "ok");
  sender.join();
}

TEST_F(Wire, AHeadMayArriveByteByByte) {
  RawClient c = client();
  for (const char byte : kGetHealth) ASSERT_TRUE(c.send(std::string_view(&byte, 1)));
  EXPECT_EQ(c.answer().body, "ok");
  ASSERT_TRUE(c.send("\r\n\r\n"));  // empty lines before a request line are passed over
  EXPECT_EQ(c.get("/healthz").body, "ok");
}

TEST_F(Wire, OldVersionClosesUnlessAskedNotTo) {
  RawClient c = client();
  c.send("GET /healthz HTTP/1.0\r\n\r\n");
  const Answer answer = c.answer();
  EXPECT_EQ(answer.body, "ok");
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_TRUE(c.closed(seconds(5)));
  RawClient d = client();
  d.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(d.answer().field("connection"), "keep-alive");
  d.send(kGetHealth);
  EXPECT_EQ(d.answer().body, "ok");
}

TEST_F(Wire, HostileHeadsEndTheConnection) {
  const std::string big(20'000, 'a');
  const std::pair<std::string, unsigned> cases[] = {
      {"GET / HTTP/1.1\r\nHost: h\r\nX: " + big + "\r\n\r\n", 431},
      {"GET /" + big + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
      {"GET /" + big, 431},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET "
       "/healthz "
       "HTTP/1.1\r\nHost: h\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\nGET /healthz "
       "HTTP/1.1\r\nHost: "
       "h\r\n\r\n",
       400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b: c\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n", 400},
  };
  for (const auto& [bytes, status] : cases) {
    RawClient c = client();
    c.send(bytes);
    const Answer answer = c.answer();
    EXPECT_EQ(answer.status, status) << bytes.substr(0, 80);
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_EQ(c.rest(seconds(5)), "")
        << "a second request was read out of the first: " << bytes.substr(0, 80);
  }
}

TEST_F(Wire, BodiesAreReadAndThrownAwayOrEndTheConnection) {
  RawClient c = client();
  c.send("POST /acme/big/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + std::string(kGetHealth));
  EXPECT_EQ(c.answer().status, 405U);
  EXPECT_EQ(c.answer().body, "ok") << "the body was taken for a request";
  c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
  EXPECT_EQ(c.answer().status, 405U);
  EXPECT_EQ(c.get("/healthz").body, "ok");

  RawClient large = client();
  large.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_EQ(large.answer().field("connection"), "close");
  RawClient chunked = client();
  chunked.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
               std::string(kGetHealth));
  EXPECT_EQ(chunked.answer().status, 405U);
  EXPECT_EQ(chunked.rest(seconds(5)), "");
}

TEST_F(Wire, SlowHeadsStarveNobody) {
  options_.header_timeout = std::chrono::minutes(10);
  std::vector<RawClient> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(client());
    slow.back().send("GET / HTTP/1.1\r\nHost: h\r\nX-");
  }
  RawClient quick = client();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(quick.get("/healthz").body, "ok");
  for (RawClient& c : slow) {
    c.send(": a\r\n\r\n");
    EXPECT_NE(c.answer().status, 0U);
  }
}

TEST_F(Wire, SlowHeadsTimeOut) {
  options_.header_timeout = seconds(1);
  std::vector<RawClient> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(client());
    slow.back().send("GET / HTTP/1.1\r\nHost: h\r\nX-");
  }
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<bool> dripping{true};
  std::thread drip([&] {  // each byte is progress, the head's deadline stays
    while (dripping) {
      for (RawClient& c : slow) c.send("a");
      std::this_thread::sleep_for(milliseconds(30));
    }
  });
  for (RawClient& c : slow) {
    const Answer answer = c.answer(false, seconds(60));
    EXPECT_TRUE(answer.status == 408 || answer.status == 0)
        << answer.status;  // 0: the drip after the end reset it
  }
  dripping = false;
  drip.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(60));
}

TEST_F(Wire, ASlowHeadIsTold) {
  options_.header_timeout = milliseconds(150);
  RawClient c = client();
  c.send("GET / HT");
  EXPECT_EQ(c.answer().status, 408U);
  EXPECT_TRUE(c.closed(seconds(10)));
}

TEST_F(Wire, IdleConnectionsAreClosed) {
  options_.idle_timeout = milliseconds(200);
  RawClient c = client();
  EXPECT_EQ(c.get("/healthz").body, "ok");
  EXPECT_TRUE(c.closed(seconds(10)));
}

TEST_F(Wire, AClientThatTakesNothingIsCut) {
  options_.stall_timeout = milliseconds(200);
  RawClient c = client(4096);
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  RawClient other = client();
  ASSERT_TRUE(wait_until([&] {
    return other.get("/metrics").body.find("\ntfhub_http_timeouts_total 1\n") != std::string::npos;
  }));
  EXPECT_LT(c.rest().size(), archive_.size());
}

TEST_F(Wire, ASlowButSteadyClientIsNotCut) {
  options_.stall_timeout = milliseconds(2000);
  RawClient c = client(256 << 10);
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  std::string got;
  std::vector<char> block(512 << 10);
  for (ssize_t n = 1; n > 0;) {
    if (got.size() < (6U << 20)) std::this_thread::sleep_for(milliseconds(200));  // 2.4 s in all
    n = ::recv(c.fd(), block.data(), block.size(), MSG_WAITALL);
    if (n > 0) got.append(block.data(), static_cast<size_t>(n));
  }
  EXPECT_TRUE(got.ends_with(archive_)) << got.size();
}

TEST_F(Wire, ClientsThatLeaveHurtNobody) {
  for (int i = 0; i < 20; ++i) {
    RawClient c = client(4096);
    c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
    c.close();
  }
  EXPECT_EQ(client().get(kBig).body, archive_);
}

TEST_F(Wire, StopLetsADownloadFinish) {
  RawClient downloading = client(64 << 10), idle = client(), fresh = client();
  EXPECT_EQ(idle.get("/healthz").body, "ok");
  downloading.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(downloading.answer_begins());
  std::thread stopper([&] { server().stop(); });
  EXPECT_TRUE(idle.closed(seconds(10)));
  EXPECT_TRUE(fresh.closed(seconds(10)));
  EXPECT_EQ(downloading.answer().body, archive_);
  EXPECT_TRUE(downloading.closed(seconds(10)));
  stopper.join();
  EXPECT_FALSE(client().connected());
  server().stop();  // again is fine
  server().wait();
}

TEST_F(Wire, StopGivesUpAfterTheDrainTimeout) {
  options_.drain_timeout = milliseconds(200);
  options_.stall_timeout = std::chrono::minutes(10);
  RawClient stuck = client(4096);
  stuck.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(stuck.answer_begins());
  const auto begin = std::chrono::steady_clock::now();
  server().stop();
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, milliseconds(190));
  EXPECT_LT(took, seconds(60));
}

TEST_F(Wire, StopFromSeveralThreads) {
  client().get("/healthz");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { server().stop(); });
  server().wait();
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Wire, AtTheLimitIdleConnectionsMakeRoom) {
  options_.max_connections = 8;
  std::vector<RawClient> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(client());
    EXPECT_EQ(idle.back().get("/healthz").body, "ok");
  }
  EXPECT_EQ(client().get("/healthz").body, "ok");
}

// Within a second, as far as that depends on what is remembered to be missing.
TEST_F(Wire, WhatIsPublishedMeanwhileIsVisible) {
  static_assert(catalog::EntryCache::kMissingFor < seconds(1));
  RawClient c = client();
  EXPECT_EQ(c.get("/acme/new?tf-hub-format=compressed").status, 404U);
  EXPECT_EQ(c.get("/acme/new/5?tf-hub-format=compressed").status, 404U);
  publish(*store_, "acme/new/5", Kind::kSavedModel, "fresh", {{"saved_model.pb", "graph"}});
  EXPECT_TRUE(wait_until([&] { return c.get("/acme/new?tf-hub-format=compressed").body == "fresh"; }));
  EXPECT_EQ(c.get("/acme/new/5?tf-hub-format=compressed").body, "fresh");
}

TEST_F(Wire, RunningOutOfDescriptorsPassesOver) {
  RawClient before = client();
  EXPECT_EQ(before.get("/healthz").body, "ok");
  RawClient waiting(server().url());  // made before the limit: its own descriptor needs to exist
  EXPECT_EQ(waiting.get("/healthz").body, "ok");
  std::atomic<bool> ran_out{false};
  set_log_function([&](LogLevel, std::string_view message) {
    if (message.starts_with("new connections wait: ")) ran_out = true;
  });
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  rlimit none = old;
  none.rlim_cur = static_cast<rlim_t>(socket.get()) + 1;  // nothing more can be opened
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(server().url().substr(17).c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::send(socket.get(), kGetHealth.data(), kGetHealth.size(), 0),
            static_cast<ssize_t>(kGetHealth.size()));
  EXPECT_TRUE(wait_until([&] { return ran_out.load(); }));
  set_log_function({});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  pollfd ready{socket.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ready, 1, 20'000), 1) << "the connection that had to wait was forgotten";
  char answer[12];
  ASSERT_EQ(::recv(socket.get(), answer, sizeof(answer), MSG_WAITALL), 12);
  EXPECT_EQ(std::string_view(answer, 12), "HTTP/1.1 200");
}

TEST_F(Wire, AddressesThatCannotBeListenedOn) {
  const auto code = [&](const std::string& address) {
    ServerOptions options = options_;
    options.listen = address;
    const auto started = Server::start(store_, options);
    return started ? Code::kOk : started.error().code();
  };
  EXPECT_EQ(code(server().url().substr(7)), Code::kNetwork);
  for (const char* bad : {"", "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000",
                          "::1:80", "no.such.host.invalid:80", "203.0.113.7:0"})
    EXPECT_EQ(code(bad), Code::kUsage) << bad;
  EXPECT_EQ(code("localhost:0"), Code::kOk);
}

TEST_F(Wire, OptionsThatMakeNoSense) {
  ServerOptions options = options_;
  options.tls_certificate = "only-this.pem";
  EXPECT_EQ(Server::start(store_, options).error().code(), Code::kUsage);
  options.tls_key = "and-this.pem";
  const auto missing = Server::start(store_, options);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message(), HasSubstr("only-this.pem"));
  options = options_;
  options.uncompressed_base = "/srv/models";
  EXPECT_EQ(Server::start(store_, options).error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::server
