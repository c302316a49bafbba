// A hub before a bucket with a disk cache: what is on the disk is sent as files are, and only that.
#include "store/disk_cache.h"

#include "hub_fixture.h"
#include "protocol/keys.h"
#include "store/scripted_bucket.h"
#include "testing/wait_until.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using ::testing::HasSubstr;
using testing::ScriptedBucket;
using testing::wait_until;

class DiskCachedHub : public HubTest {
 protected:
  DiskCachedHub() {
    auto cache = store::open_disk_cache(
        bucket_, {.directory = directory_ / "cache", .size = 100 << 20, .keeps = protocol::is_version_key});
    if (!cache) throw std::runtime_error(cache.error().message());
    store_ = *cache;
    archive_ = many_bytes(1'000'001);
    publish(*store_, "acme/big/1", Kind::kSavedModel, archive_, {{"saved_model.pb", "graph"}});
  }
  // By which way the bytes would come, and what is said of them.
  Reply reply_to(std::string_view target) {
    Reply reply;
    answer(hub(), {.target = target, .host = "hub.test"}, reply);
    return reply;
  }
  bool warm(std::string_view target) {
    get(target);
    return wait_until([&] { return reply_to(target).file != nullptr; });
  }

  std::shared_ptr<ScriptedBucket> bucket_ = std::make_shared<ScriptedBucket>();
  std::string archive_;
};

constexpr std::string_view kFile = "/acme/big/1/saved_model.pb?tf-hub-format=file";

TEST_F(DiskCachedHub, TheFirstDownloadIsAStreamAndTheNextAFileWithTheSameFields) {
  bucket_->hold_at(500'000);
  const Reply first = reply_to(kBig);
  EXPECT_TRUE(first.stream && !first.file);
  bucket_->let_all_through();
  ASSERT_TRUE(warm(kBig));
  bucket_->away = true;
  const Reply next = reply_to(kBig);
  EXPECT_TRUE(next.file && !next.stream);
  EXPECT_EQ(next.fields, first.fields);
  EXPECT_TRUE(get(kBig).body == archive_);
  const Answer part = ask({.target = kBig, .range = "bytes=7-99999"});
  EXPECT_EQ(part.status, 206U);
  EXPECT_TRUE(part.body == archive_.substr(7, 99'993));
}

TEST_F(DiskCachedHub, SingleFilesAreKeptAndFilesOpenedForItAreNotHeldOpen) {
  ASSERT_TRUE(warm(kFile));
  bucket_->away = true;
  EXPECT_EQ(get(kFile).body, "graph");
  EXPECT_EQ(hub().open_files.size(), 0U);
}

TEST_F(DiskCachedHub, WhatIsStagedIsHadAsWithout) {
  publish(*store_, "acme/staged/1", Kind::kSavedModel, "staged", {{"saved_model.pb", "graph"}}, false);
  EXPECT_EQ(get("/acme/staged/1?tf-hub-format=compressed").body, "staged");
}

TEST_F(DiskCachedHub, WhatABucketOffersIsOfferedStill) {
  hub_.reset();
  options_.redirect_downloads = true;
  const Answer answer = get(kBig);
  EXPECT_EQ(answer.status, 302U);
  EXPECT_THAT(answer.field("location"), HasSubstr("Signature="));
}

TEST_F(DiskCachedHub, MetricsTellOfIt) {
  ASSERT_TRUE(warm(kFile));
  const store::DiskCacheCounts counts = hub().disk_cache->counts();
  EXPECT_GE(counts.misses, 1U);
  EXPECT_GE(counts.hits, 1U);
  const std::string text = get("/metrics").body;
  EXPECT_THAT(text, HasSubstr(fmt::format("\ntfhub_disk_cache_misses_total {}\n", counts.misses)));
  EXPECT_THAT(text, HasSubstr(fmt::format("# TYPE tfhub_disk_cache_hits_total counter\n"
                                          "tfhub_disk_cache_hits_total {}\n",
                                          counts.hits)));
  EXPECT_THAT(text, HasSubstr("\ntfhub_disk_cache_bytes 5\n"));
  EXPECT_THAT(text, HasSubstr("\ntfhub_disk_cache_evictions_total 0\n"));
}

}  // namespace
}  // namespace tfhub::server
