// A store that is no directory: answers come through streams, and a slow or failing one hurts only who asks
// it.
#include <atomic>
#include <thread>

#include "base/error.h"
#include "raw_client.h"
#include "server/server.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A directory that hides that it is one, and can be slow, broken, or cut short.
class RemoteStore final : public store::ObjectStore {
 public:
  explicit RemoteStore(std::shared_ptr<store::ObjectStore> inner) : inner_(std::move(inner)) {}
  std::atomic<int> delay_ms{0};
  std::atomic<bool> away{false}, cut{false};

  Result<std::unique_ptr<store::ObjectWriter>> put(const std::string& key) override {
    return inner_->put(key);
  }
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    return inner_->put_if_absent(key, bytes);
  }
  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override {
    TFHUB_TRY(wait());
    TFHUB_ASSIGN(auto source, inner_->get(key, range));
    return std::unique_ptr<ByteSource>(std::make_unique<Source>(std::move(source), *this));
  }
  Result<std::optional<store::ObjectInfo>> head(const std::string& key) override {
    TFHUB_TRY(wait());
    return inner_->head(key);
  }
  Result<store::Listing> list(const std::string& prefix, bool recursive) override {
    TFHUB_TRY(wait());
    return inner_->list(prefix, recursive);
  }
  Result<void> remove(const std::string& key) override { return inner_->remove(key); }
  std::string url() const override { return "gs://bucket/models"; }

 private:
  struct Source final : ByteSource {
    Source(std::unique_ptr<ByteSource> from, RemoteStore& store) : inner(std::move(from)), owner(store) {}
    Result<size_t> read(MutableBytes buffer) override {
      if (owner.cut && passed > 100'000) return size_t{0};
      TFHUB_ASSIGN(const size_t got, inner->read(buffer));
      passed += got;
      return got;
    }
    std::unique_ptr<ByteSource> inner;
    RemoteStore& owner;
    size_t passed = 0;
  };
  Result<void> wait() {
    std::this_thread::sleep_for(milliseconds(delay_ms));
    if (away) return fail(Code::kNetwork, "the bucket does not answer");
    return {};
  }
  std::shared_ptr<store::ObjectStore> inner_;
};

class Remote : public ::testing::Test {
 protected:
  Remote() {
    remote_ = std::make_shared<RemoteStore>(open_directory(directory_.path()));
    archive_ = many_bytes(3'000'001);
    publish(*remote_, "acme/big/1", Kind::kSavedModel, archive_, {{"saved_model.pb", "graph"}});
    publish(*remote_, "acme/staged/1", Kind::kSavedModel, "staged", {{"saved_model.pb", "graph"}}, false);
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.access_log = false;
    options.threads = 1;
    auto started = Server::start(remote_, options);
    if (!started) throw std::runtime_error(started.error().message());
    server_ = std::move(*started);
  }
  RawClient client() { return RawClient(server_->url()); }

  TempDir directory_;
  std::shared_ptr<RemoteStore> remote_;
  std::string archive_;
  std::unique_ptr<Server> server_;
};

const std::string kBig = "/acme/big/1?tf-hub-format=compressed";

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
  const auto begin = std::chrono::steady_clock::now();
  Answer answer;
  while ((answer = c.get("/acme/staged/1?tf-hub-format=uncompressed")).status == 503) {
    EXPECT_NE(answer.field("retry-after"), "");
    ASSERT_LT(std::chrono::steady_clock::now() - begin, seconds(10));
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_EQ(answer.status, 303U);
}

TEST_F(Remote, ASlowStoreStarvesNobody) {
  RawClient slow = client(), quick = client();
  remote_->delay_ms = 400;
  slow.send("GET /acme/unknown/9?tf-hub-format=compressed HTTP/1.1\r\nHost: h\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(20));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(quick.get("/healthz").body, "ok");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(350));
  EXPECT_EQ(slow.answer().status, 404U);
  remote_->delay_ms = 0;
}

TEST_F(Remote, AStoreThatIsAwayIsA503AndRecovers) {
  RawClient c = client();
  remote_->away = true;
  const Answer answer = c.get(kBig);
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.field("retry-after"), "2");
  const auto status_becomes = [&](unsigned status) {
    for (int i = 0; i < 300; ++i) {
      if (c.get("/readyz").status == status) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  };
  EXPECT_TRUE(status_becomes(503));
  remote_->away = false;
  EXPECT_TRUE(status_becomes(200));
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

TEST_F(Remote, StopWaitsForTheStore) {
  RawClient c = client();
  remote_->delay_ms = 200;
  c.send("GET " + kBig + " HTTP/1.1\r\nHost: h\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(50));
  std::thread stopper([&] { server_->stop(); });
  EXPECT_EQ(c.answer().body, archive_);
  stopper.join();
}

}  // namespace
}  // namespace tfhub::server
