// resolve() against a host whose answers are scripted: which requests are made, what is cached under which
// name.
#include <sys/stat.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "base/digest.h"
#include "client/client_fixture.h"
#include "protocol/http.h"

namespace tfhub::client {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A host that has acme/mul in some versions and names them as ours does.
class Hub {
 public:
  Hub() : server_([this](const ScriptedRequest& request) { return answer(request); }) {}

  void publish(const std::string& version, std::string archive, std::chrono::system_clock::time_point when) {
    const std::lock_guard lock(mutex_);
    versions_[version] = {std::move(archive), when};
    latest_ = version;
  }
  std::string handle(const std::string& rest) const { return server_.url() + "/acme/mul" + rest; }
  ScriptedServer& server() { return server_; }
  std::vector<std::string> log() { return server_.take_log(); }
  void name_versions(bool yes) { names_ = yes; }
  void refuse_head(int status) { head_status_ = status; }

 private:
  struct Version {
    std::string archive;
    std::chrono::system_clock::time_point when;
  };

  ScriptedResponse answer(const ScriptedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.method == "HEAD" && head_status_ != 0) return {head_status_, {}, ""};
    std::string version = latest_;
    if (request.path() != "/acme/mul") version = request.path().substr(std::string("/acme/mul/").size());
    const auto found = versions_.find(version);
    if (found == versions_.end())
      return {404,
              {{"Content-Type", "application/problem+json"}},
              R"({"detail":"there is no such version of acme/mul"})"};
    const std::string etag = "\"" + sha1_hex(found->second.archive) + "\"";
    std::vector<std::pair<std::string, std::string>> headers{
        {"ETag", etag}, {"Last-Modified", protocol::http_date(found->second.when)}};
    if (names_ && request.path() == "/acme/mul")
      headers.emplace_back("Link",
                           "<https://hub.public.example/acme/mul/" + version + ">; rel=\"canonical\"");
    const auto known = request.headers.find("if-none-match");
    if (known != request.headers.end() && protocol::matches_any(known->second, etag))
      return {304, headers, ""};
    return {200, headers, found->second.archive};
  }

  std::mutex mutex_;
  std::map<std::string, Version> versions_;
  std::string latest_;
  bool names_ = true;
  int head_status_ = 0;
  ScriptedServer server_;
};

class ResolveTest : public ClientTest {
 protected:
  std::chrono::system_clock::time_point now_ = std::chrono::system_clock::now();
  std::chrono::system_clock::time_point old_ = now_ - std::chrono::hours(48);
  Hub hub_;
};

constexpr const char* kQuery = "?tf-hub-format=compressed";

TEST_F(ResolveTest, AVersionedHandleIsFetchedOnceAndThenNeedsNoNetwork) {
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle("/1"));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex(hub_.handle("/1"))).string());
  EXPECT_EQ(read(*path + "/saved_model.pb"), "one");
  EXPECT_EQ(read(*path + "/assets/vocab.txt"), "a b c");
  EXPECT_THAT(hub_.log(), ElementsAre(std::string("GET /acme/mul/1") + kQuery));

  EXPECT_EQ(resolve(hub_.handle("/1")), *path);
  EXPECT_THAT(hub_.log(), IsEmpty());
  const std::string key = sha1_hex(hub_.handle("/1"));
  EXPECT_THAT(cache_names(), ElementsAre(key, key + ".descriptor.txt"));
}

TEST_F(ResolveTest, AnUnversionedHandleBecomesAnAliasOfTheVersionTheHostNames) {
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex(hub_.handle("/1"))).string());
  EXPECT_THAT(hub_.log(),
              ElementsAre(std::string("HEAD /acme/mul") + kQuery, std::string("GET /acme/mul/1") + kQuery));
  const auto alias = root_ / "cache" / sha1_hex(hub_.handle(""));
  ASSERT_TRUE(std::filesystem::is_symlink(alias));
  EXPECT_EQ(std::filesystem::read_symlink(alias).string(), sha1_hex(hub_.handle("/1")));

  // Unchanged: one conditional request.
  EXPECT_EQ(resolve(hub_.handle("")), *path);
  EXPECT_THAT(hub_.log(), ElementsAre(std::string("HEAD /acme/mul") + kQuery));

  // A new version: fetched, and the alias moves; the old path keeps its bytes.
  hub_.publish("5", archive("five"), now_);
  const auto next = resolve(hub_.handle(""));
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_THAT(hub_.log(),
              ElementsAre(std::string("HEAD /acme/mul") + kQuery, std::string("GET /acme/mul/5") + kQuery));
  EXPECT_EQ(read(*next + "/saved_model.pb"), "five");
  EXPECT_EQ(read(*path + "/saved_model.pb"), "one");
  EXPECT_EQ(std::filesystem::read_symlink(alias).string(), sha1_hex(hub_.handle("/5")));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ResolveTest, WhenTheHostFailsTheCachedVersionIsUsedWithAWarning) {
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path);
  hub_.refuse_head(503);
  EXPECT_EQ(resolve(hub_.handle("")), *path);
  EXPECT_THAT(warnings_, HasSubstr("the cached one is used"));

  // A host that does not answer costs no more than the setting.
  warnings_.clear();
  ::setenv("TFHUB_REVALIDATE_TIMEOUT", "0.2", 1);
  ::setenv("TFHUB_STALL_TIMEOUT", "600", 1);
  const auto end = std::make_shared<std::latch>(1);
  hub_.server().set_handler([end](const ScriptedRequest&) {
    end->wait();
    return ScriptedResponse{};
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto cached = resolve(hub_.handle(""));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(1));
  end->count_down();
  EXPECT_EQ(cached, *path);
  EXPECT_THAT(warnings_, HasSubstr("the cached one is used"));
}

TEST_F(ResolveTest, OfflineAndZeroTimeoutMakeNoRequest) {
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path);
  hub_.log();
  ::setenv("TFHUB_REVALIDATE_TIMEOUT", "0", 1);
  EXPECT_EQ(resolve(hub_.handle("")), *path);
  ::unsetenv("TFHUB_REVALIDATE_TIMEOUT");
  ::setenv("TFHUB_OFFLINE", "1", 1);
  EXPECT_EQ(resolve(hub_.handle("")), *path);
  EXPECT_EQ(resolve(hub_.handle("/1")), *path);

  const auto missing = resolve(hub_.handle("/2"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kOffline);
  EXPECT_THAT(missing.error().message(), HasSubstr("TFHUB_OFFLINE"));
  EXPECT_THAT(hub_.log(), IsEmpty());
}

TEST_F(ResolveTest, AHostThatNamesNoVersionIsCachedUnderTheHandle) {
  hub_.name_versions(false);
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex(hub_.handle(""))).string());
  EXPECT_FALSE(std::filesystem::is_symlink(*path));

  // Once it names a version that is no newer than what we have, what we have is it.
  hub_.name_versions(true);
  EXPECT_EQ(resolve(hub_.handle("")), *path);
  hub_.publish("2", archive("two"), now_ + std::chrono::hours(1));
  const auto newer = resolve(hub_.handle(""));
  ASSERT_TRUE(newer);
  EXPECT_EQ(*newer, (root_ / "cache" / sha1_hex(hub_.handle("/2"))).string());
  EXPECT_EQ(read(*path + "/saved_model.pb"), "one");  // a path once given keeps its bytes
}

TEST_F(ResolveTest, WhereHeadIsRefusedGetFindsTheVersion) {
  hub_.refuse_head(405);
  hub_.publish("1", archive("one"), old_);
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex(hub_.handle("/1"))).string());
  EXPECT_TRUE(std::filesystem::is_symlink(root_ / "cache" / sha1_hex(hub_.handle(""))));
}

TEST_F(ResolveTest, AModelWhoseNameEndsInANumberIsUnversioned) {
  const std::string bytes = archive("posenet");
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedResponse {
    std::vector<std::pair<std::string, std::string>> headers{{"ETag", "\"p\""}};
    if (request.path() == "/acme/posenet/1")
      headers.emplace_back("Link", "</acme/posenet/1/3>; rel=\"canonical\"");
    if (request.method == "HEAD" && request.headers.contains("if-none-match")) return {304, headers, ""};
    return {200, headers, bytes};
  });
  const std::string handle = server.url() + "/acme/posenet/1";
  const auto path = resolve(handle);
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex(handle + "/3")).string());
  server.take_log();
  EXPECT_EQ(resolve(handle), *path);  // an alias is looked up again, whatever its handle looks like
  EXPECT_THAT(server.take_log(), ElementsAre("HEAD /acme/posenet/1?tf-hub-format=compressed"));
}

TEST_F(ResolveTest, AMirrorServesTheBytesAndTheHandleStaysTheKey) {
  hub_.publish("1", archive("one"), old_);
  ::setenv("TFHUB_MIRRORS", ("https://tfhub.example=" + hub_.server().url()).c_str(), 1);
  const auto path = resolve("https://tfhub.example/acme/mul/1");
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex("https://tfhub.example/acme/mul/1")).string());
  const auto unversioned = resolve("https://tfhub.example/acme/mul");
  EXPECT_EQ(unversioned, *path);

  const auto missing = resolve("https://tfhub.example/acme/mul/9");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
}

TEST_F(ResolveTest, UncompressedIsTheBodyOfThe303AndMakesNoCache) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedResponse {
    if (request.path() == "/acme/mul/1") return {303, {}, "gs://bucket/acme/mul/1/uncompressed"};
    if (request.path() == "/acme/mul/2") return {200, {}, "an archive"};
    if (request.path() == "/acme/mul/3") return {302, {{"Location", "http://127.0.0.1:1/x"}}, ""};
    if (request.path() == "/acme/mul/4") return {303, {}, "<html>"};
    if (request.path() == "/acme/mul/6") return {303, {}, "gs://bucket/x\n/etc/passwd"};
    if (request.path() == "/acme/mul/7") return {303, {}, "gs://" + std::string(8 << 20, 'x')};
    return {
        404, {{"Content-Type", "application/problem+json"}}, R"({"detail":"this model has no such format"})"};
  });
  const ResolveOptions options{.cache_dir = {}, .load_format = "UNCOMPRESSED", .progress = {}};
  EXPECT_EQ(resolve(server.url() + "/acme/mul/1", options), "gs://bucket/acme/mul/1/uncompressed");
  EXPECT_THAT(server.take_log(), ElementsAre("GET /acme/mul/1?tf-hub-format=uncompressed"));
  EXPECT_THAT(resolve(server.url() + "/acme/mul/2", options).error().message(), HasSubstr("answered 200"));
  EXPECT_THAT(resolve(server.url() + "/acme/mul/3", options).error().message(), HasSubstr("redirects"));
  EXPECT_THAT(resolve(server.url() + "/acme/mul/4", options).error().message(), HasSubstr("<html>"));
  for (const char* bad : {"/acme/mul/6", "/acme/mul/7"}) {
    const auto result = resolve(server.url() + bad, options);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code(), Code::kNetwork) << bad;
    EXPECT_LT(result.error().message().size(), 1000u) << bad;
  }
  const auto missing = resolve(server.url() + "/acme/mul/5", options);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("no such format"));
  EXPECT_FALSE(std::filesystem::exists(root_ / "cache"));

  // The environment wins; a format that does not exist is a usage error.
  ::setenv("TFHUB_MODEL_LOAD_FORMAT", "FAST", 1);
  EXPECT_EQ(resolve(server.url() + "/acme/mul/1", options).error().code(), Code::kUsage);
}

TEST_F(ResolveTest, ACutTransferIsStartedAnewAndNothingPartialStays) {
  const std::string bytes = archive(std::string(100'000, 'x') + "end");
  std::atomic<int> requests{0};
  ScriptedServer server([&](const ScriptedRequest&) -> ScriptedResponse {
    return {200,
            {},
            bytes,
            ++requests == 1 ? bytes.size() / 2 : SIZE_MAX};  // no validator: nothing to resume with
  });
  const auto path = resolve(server.url() + "/acme/mul/1");
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(requests, 2);
  EXPECT_THAT(read(*path + "/saved_model.pb"), EndsWith("xend"));

  server.set_handler([&](const ScriptedRequest&) -> ScriptedResponse { return {200, {}, bytes, 50}; });
  const auto cut = resolve(server.url() + "/acme/mul/2");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code(), Code::kNetwork);
  EXPECT_EQ(cache_names().size(), 2u);  // the first model and its descriptor
}

TEST_F(ResolveTest, ALoginPageIsNoModel) {
  ScriptedServer server([](const ScriptedRequest&) -> ScriptedResponse {
    return {200, {{"Content-Type", "text/html"}}, "<!DOCTYPE html><html>please log in</html>"};
  });
  const auto page = resolve(server.url() + "/acme/mul/1");
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code(), Code::kCorrupt);
  EXPECT_THAT(page.error().message(), HasSubstr("HTML"));
  EXPECT_THAT(cache_names(), IsEmpty());
}

TEST_F(ResolveTest, ManyThreadsMakeOneGet) {
  hub_.publish("1", archive(std::string(300'000, 'y')), old_);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { good += resolve(hub_.handle("/1")).has_value(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(hub_.log().size(), 1u);
}

TEST_F(ResolveTest, BucketArchivesComeFromTheEndpoint) {
  const std::string bytes = archive("bucket");
  ScriptedServer server([&](const ScriptedRequest&) -> ScriptedResponse { return {200, {}, bytes}; });
  ::setenv("TFHUB_GCS_ENDPOINT", server.url().c_str(), 1);
  const auto path = resolve("gs://models/a b/x.tar.gz");
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, (root_ / "cache" / sha1_hex("gs://models/a b/x.tar.gz")).string());
  EXPECT_THAT(server.take_log(), ElementsAre("GET /models/a%20b/x.tar.gz"));
}

TEST_F(ResolveTest, PathsAreReturnedUnchanged) {
  const std::string directory = model("here", "x");
  EXPECT_EQ(resolve(directory), directory);
  EXPECT_EQ(resolve("file://" + directory), "file://" + directory);
  EXPECT_EQ(resolve("gs://bucket/dir"), "gs://bucket/dir");
  const auto missing = resolve(directory + "-not");
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("does not exist"));
  EXPECT_EQ(resolve("").error().code(), Code::kUsage);
}

TEST_F(ResolveTest, ACacheMayBeGivenAsAFileUrl) {
  hub_.publish("1", archive("one"), old_);
  const std::string path = resolve(hub_.handle("/1")).value();
  ::setenv("TFHUB_CACHE_DIR", ("file://" + (root_ / "cache").string()).c_str(), 1);
  EXPECT_EQ(resolve(hub_.handle("/1")), path);
}

TEST_F(ResolveTest, WhatIsNeitherADirectoryNorABucketIsNoCache) {
  ::setenv("TFHUB_CACHE_DIR", "ftp://somewhere/cache", 1);
  const auto result = resolve(hub_.handle("/1"));
  EXPECT_EQ(result.error().code(), Code::kUsage);
  EXPECT_THAT(result.error().message(), HasSubstr("TFHUB_CACHE_DIR"));
  EXPECT_THAT(hub_.log(), IsEmpty());
}

TEST_F(ResolveTest, AnEntryMadeByTensorFlowHubIsUsed) {
  const std::chrono::sys_days before_its_download = std::chrono::year(2026) / 11 / 1;
  hub_.publish("1", archive("one"), before_its_download);
  const std::string key = sha1_hex(hub_.handle(""));
  model("cache/" + key, "theirs");
  write("cache/" + key + ".descriptor.txt",
        "Module: " + hub_.handle("") +
            "\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: h (PID:1)");
  const auto path = resolve(hub_.handle(""));
  ASSERT_TRUE(path);
  EXPECT_EQ(read(*path + "/saved_model.pb"), "theirs");
  EXPECT_THAT(hub_.log(), ElementsAre(std::string("HEAD /acme/mul") + kQuery));
}

}  // namespace
}  // namespace tfhub::client
