// A store that is no directory: answers come through streams, and a slow or failing one hurts only who asks
// it.
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "raw_client.h"
#include "server/server.h"
#include "testing/wait_until.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::wait_until;

// A directory that hides that it is one, and can be held up, broken, or cut short.
class RemoteStore final : public store::ObjectStore {
 public:
  explicit RemoteStore(std::shared_ptr<store::ObjectStore> inner) : inner_(std::move(inner)) {}
  std::atomic<bool> away{false}, cut{false};
  // Sources opened from now on have a descriptor, as a bucket's connection, where bytes show once they are
  // let go. 0: no such sources any more.
  void hold_bytes(milliseconds patience) { patience_ms_ = patience.count(); }
  std::atomic<int> held{0};  // sources that were waited for
  void let_bytes_go() {
    bytes_are_gone_ = true;
    if (eventfd_write(bytes_go_.get(), 1) != 0) throw std::runtime_error("no event");
  }

  // Calls for a key that holds `part` wait from now on.
  void hold_calls(const std::string& part) {
    const std::lock_guard lock(mutex_);
    calls_held_ = part;
  }
  std::atomic<int> waiting_calls{0};
  void let_calls_go() {
    const std::lock_guard lock(mutex_);
    calls_held_.reset();
    calls_go_.notify_all();
  }

  void hold_lists() { lists_held_ = true; }
  void let_lists_go() {
    lists_held_ = false;
    lists_held_.notify_all();
  }

  Result<std::unique_ptr<store::ObjectWriter>> put(const std::string& key) override {
    return inner_->put(key);
  }
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    return inner_->put_if_absent(key, bytes);
  }
  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override {
    TFHUB_TRY(wait(key));
    TFHUB_ASSIGN(auto source, inner_->get(key, range));
    return std::unique_ptr<ByteSource>(std::make_unique<Source>(std::move(source), *this));
  }
  Result<std::optional<store::ObjectInfo>> head(const std::string& key) override {
    TFHUB_TRY(wait(key));
    return inner_->head(key);
  }
  Result<store::Listing> list(const std::string& prefix, bool recursive) override {
    lists_held_.wait(true);
    TFHUB_TRY(wait(prefix));
    return inner_->list(prefix, recursive);
  }
  Result<void> remove(const std::string& key) override { return inner_->remove(key); }
  std::string url() const override { return "gs://bucket/models"; }

 private:
  struct Source final : ByteSource {
    Source(std::unique_ptr<ByteSource> from, RemoteStore& store) : inner(std::move(from)), owner(store) {}
    Result<size_t> read(MutableBytes buffer) override {
      if (const Bytes first = here(); !first.empty()) {
        const size_t size = std::min(first.size(), buffer.size());
        std::copy_n(first.begin(), size, buffer.begin());
        take(size);
        return size;
      }
      if (owner.cut && passed > 100'000) return size_t{0};
      TFHUB_ASSIGN(const size_t got, inner->read(buffer));
      passed += got;
      if (!owner.cut && arrived.empty()) arrive();
      return got;
    }
    Bytes here() override {
      if (patience > milliseconds(0) && owner.bytes_are_gone_ && arrived.empty()) arrive();
      return Bytes(arrived).subspan(taken);
    }
    void take(size_t size) override { taken += size; }
    std::optional<Arrival> arrival() override {
      if (patience == milliseconds(0) || !arrived.empty()) return std::nullopt;
      ++owner.held;
      return Arrival{descriptor.get(), patience};
    }

    // What a bucket's read-ahead has while the server was busy with other things.
    void arrive() {
      arrived.resize(200'000);
      const auto got = inner->read(arrived);
      arrived.resize(got ? *got : 0);
    }
    std::unique_ptr<ByteSource> inner;
    RemoteStore& owner;
    const milliseconds patience{owner.patience_ms_};
    const os::UniqueFd descriptor{dup(owner.bytes_go_.get())};
    std::vector<std::byte> arrived;  // once: what comes later must be waited for
    size_t passed = 0, taken = 0;
  };
  Result<void> wait(const std::string& key) {
    std::unique_lock lock(mutex_);
    if (calls_held_ && key.find(*calls_held_) != std::string::npos) {
      ++waiting_calls;
      calls_go_.wait(lock, [this] { return !calls_held_; });
    }
    if (away) return fail(Code::kNetwork, "the bucket does not answer");
    return {};
  }
  std::shared_ptr<store::ObjectStore> inner_;
  std::mutex mutex_;
  std::condition_variable calls_go_;
  std::optional<std::string> calls_held_;
  std::atomic<bool> lists_held_{false}, bytes_are_gone_{false};
  std::atomic<int64_t> patience_ms_{0};
  os::UniqueFd bytes_go_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

class Remote : public ::testing::Test {
 protected:
  Remote() {
    remote_ = std::make_shared<RemoteStore>(open_directory(directory_.path()));
    archive_ = many_bytes(3'000'001);
    publish(*remote_, "acme/big/1", Kind::kSavedModel, archive_, {{"saved_model.pb", "graph"}});
    publish(*remote_, "acme/staged/1", Kind::kSavedModel, "staged", {{"saved_model.pb", "graph"}}, false);
    start();
  }
  // Or a test that fails would hang here, where the server waits for its threads.
  ~Remote() override {
    remote_->let_calls_go();
    remote_->let_lists_go();
  }

  void start(milliseconds drain_timeout = ServerOptions().drain_timeout) {
    ServerOptions options;
    options.drain_timeout = drain_timeout;
    options.listen = "127.0.0.1:0";
    options.access_log = false;
    options.threads = 1;
    auto started = Server::start(remote_, options);
    if (!started) throw std::runtime_error(started.error().message());
    server_ = std::move(*started);
  }
  RawClient client() { return RawClient(server_->url()); }

  bool ready_becomes(unsigned status) {
    RawClient c = client();
    return wait_until([&] { return c.get("/readyz").status == status; });
  }

  TempDir directory_;
  std::shared_ptr<RemoteStore> remote_;
  std::string archive_;
  std::unique_ptr<Server> server_;
};

TEST_F(Remote, BytesAreStreamed) {
  RawClient c = client();
  EXPECT_EQ(c.get(kBig).body, archive_);
  c.send("GET " + kBig +
         " HTTP/1.1\r\nHost: h\r\nRange: bytes=-1000000\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  const Answer part = c.answer();
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(part.body, archive_.substr(archive_.size() - 1'000'000));
  EXPECT_EQ(c.answer().body, "ok") << "what was pipelined behind a stream";
  EXPECT_EQ(c.get("/acme/big/1/saved_model.pb?tf-hub-format=file").body, "graph");
  EXPECT_EQ(c.get("/acme/big/1?tf-hub-format=uncompressed").body,
            "gs://bucket/models/acme/big/1/uncompressed");
  EXPECT_EQ(c.get("/acme/none/1?tf-hub-format=compressed").status, 404U);
  c.send("GET /bad HTTP/1.1\r\n\r\n");
  EXPECT_EQ(c.answer().status, 400U);
}

TEST_F(Remote, TheUncompressedAnswerWaitsForPromotion) {
  RawClient c = client();
  EXPECT_EQ(c.get("/acme/staged/1?tf-hub-format=compressed").body, "staged");
  Answer answer;
  EXPECT_TRUE(wait_until([&] {
    answer = c.get("/acme/staged/1?tf-hub-format=uncompressed");
    if (answer.status == 503) {
      EXPECT_NE(answer.field("retry-after"), "");
    }
    return answer.status != 503;
  }));
  EXPECT_EQ(answer.status, 303U);
}

TEST_F(Remote, ASlowStoreStarvesNobody) {
  RawClient slow = client(), quick = client();
  remote_->hold_calls("acme/unknown");
  slow.send("GET /acme/unknown/9?tf-hub-format=compressed HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(wait_until([&] { return remote_->waiting_calls > 0; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(quick.get("/healthz").body, "ok");
  EXPECT_EQ(quick.get(kBig).body, archive_);
  remote_->let_calls_go();
  EXPECT_EQ(slow.answer().status, 404U);
}

TEST_F(Remote, VersionsAreServedBeforeTheStoreIsListedAndReadyIsSaidAfter) {
  server_.reset();  // its refresher too
  remote_->hold_lists();
  start();
  RawClient c = client();
  EXPECT_EQ(c.get(kBig).body, archive_);
  const Answer answer = c.get("/readyz");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_THAT(answer.body, ::testing::HasSubstr("is being listed for the first time"));
  remote_->let_lists_go();
  EXPECT_TRUE(ready_becomes(200));
}

TEST_F(Remote, AStoreThatIsAwayIsA503AndRecovers) {
  RawClient c = client();
  remote_->away = true;
  const Answer answer = c.get(kBig);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.field("retry-after"), "2");
  EXPECT_TRUE(ready_becomes(503));
  remote_->away = false;
  EXPECT_TRUE(ready_becomes(200));
  EXPECT_EQ(c.get(kBig).body, archive_);
}

TEST_F(Remote, AStreamThatEndsEarlyIsCutNotPadded) {
  remote_->cut = true;
  RawClient c = client();
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string got = c.rest();
  EXPECT_LT(got.size(), archive_.size());
  EXPECT_EQ(got.substr(0, 12), "HTTP/1.1 200");
}

TEST_F(Remote, WhoWaitsForBytesTakesNoThreadFromOthers) {
  const std::string request = "GET " + kBig + " HTTP/1.1\r\nHost: h\r\nRange: bytes=7-9999\r\n\r\n";
  remote_->hold_bytes(seconds(60));
  std::vector<RawClient> waiting;
  for (int i = 0; i < 140; ++i) {  // more than the server has threads for the store
    waiting.push_back(client());
    waiting.back().send(request);
  }
  ASSERT_TRUE(wait_until([&] { return remote_->held >= 140; }));
  remote_->hold_bytes(seconds(0));
  RawClient other = client();
  EXPECT_EQ(other.get(kBig).body, archive_);
  remote_->let_bytes_go();
  for (RawClient& c : waiting) EXPECT_EQ(c.answer().body, archive_.substr(7, 9993));
}

TEST_F(Remote, WhatDoesNotShowInTimeIsReadOtherwise) {
  remote_->hold_bytes(milliseconds(50));
  EXPECT_EQ(client().get(kBig).body, archive_);
}

TEST_F(Remote, AClientThatWaitsForBytesIsCutWhenTheServerMustEnd) {
  server_.reset();
  start(milliseconds(100));
  remote_->hold_bytes(seconds(60));
  RawClient c = client();
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(wait_until([&] { return remote_->held > 0; }));
  server_.reset();
  EXPECT_LT(c.rest().size(), archive_.size());
}

TEST_F(Remote, StopWaitsForTheStore) {
  RawClient c = client();
  remote_->hold_calls("acme/big");
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(wait_until([&] { return remote_->waiting_calls > 0; }));
  std::thread stopper([&] { server_->stop(); });
  EXPECT_TRUE(wait_until([&] { return !client().connected(); })) << "it does not stop";
  remote_->let_calls_go();
  EXPECT_EQ(c.answer().body, archive_);
  stopper.join();
}

}  // namespace
}  // namespace tfhub::server
