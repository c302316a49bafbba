// list, verify, remove and prune of a cache in a bucket.
#include <gmock/gmock.h>

#include "cache/bucket_testing.h"

namespace tfhub::cache {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kOther = "https://hub.example.org/acme/other/1";
const std::string kUnversioned = "https://hub.example.org/acme/mul";

class BucketCareTest : public BucketCacheTest {
 protected:
  std::map<std::string, std::string> states() {
    std::map<std::string, std::string> found;
    const auto entries = cache_.list();
    EXPECT_TRUE(entries);
    for (const Entry& entry : *entries)
      found[entry.handle.empty() ? entry.path : entry.handle] = to_string(entry.state);
    return found;
  }
  std::vector<std::string> damage(const std::optional<std::string>& handle = std::nullopt) {
    const auto found = cache_.verify(handle);
    EXPECT_TRUE(found) << found.error().message();
    std::vector<std::string> lines;
    for (const Damage& one : *found) lines.push_back(one.path + " " + one.what);
    return lines;
  }
  std::vector<std::string> pruned(const PruneOptions& options = {}) {
    const auto result = cache_.prune(options);
    EXPECT_TRUE(result) << result.error().message();
    std::vector<std::string> paths;
    for (const auto& item : result->removed) paths.push_back(item.path + ": " + item.why);
    return paths;
  }
};

TEST_F(BucketCareTest, VerifyStopsWhenToldTo) {
  put(handle_);
  expect_verify_stops_when_told(cache_);
}

TEST_F(BucketCareTest, ListTellsWhatIsThereAndInWhatState) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(kUnversioned, handle_, "\"1\""));
  put_foreign(kOther);
  bucket_.set(m("https://x/y/1") + "/saved_model.pb", "never finished");
  put_lock("https://x/z/1", "elsewhere.7." + kTheirToken);
  bucket_.set("notes.txt", "not of a cache");
  const auto found = states();
  EXPECT_EQ(found.at(handle_), "complete");
  EXPECT_EQ(found.at(kUnversioned), "complete");
  EXPECT_EQ(found.at(kOther), "tensorflow_hub");
  EXPECT_EQ(found.at(url("https://x/y/1")), "broken");
  EXPECT_EQ(found.at(url("https://x/z/1")), "filling");
  EXPECT_EQ(found.size(), 5u);

  const auto entries = cache_.list();
  for (const Entry& entry : *entries) {
    if (entry.handle == handle_) {
      EXPECT_EQ(entry.files, 3u);
      EXPECT_EQ(entry.size, 17u);
    }
    if (entry.handle == kUnversioned) {
      EXPECT_EQ(entry.alias_of, handle_);
    }
  }
}

TEST_F(BucketCareTest, VerifyFindsWhatChangedGoneAndCame) {
  put(handle_);
  EXPECT_THAT(damage(), IsEmpty());
  bucket_.set(m(handle_) + "/saved_model.pb", "grahp");  // same size
  bucket_.set(m(handle_) + "/stray", "x");
  ASSERT_TRUE(MemoryBackend(bucket_).remove({m(handle_) + "/variables/variables.index"}));
  const auto found = damage(handle_);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_THAT(found[0], HasSubstr("saved_model.pb has other content"));
  EXPECT_EQ(found[1], url(handle_) + "/stray is not in the record of the download");
  EXPECT_EQ(found[2], url(handle_) + "/variables/variables.index is missing");
  EXPECT_EQ(cache_.verify(kOther).error().code(), Code::kNotFound);
}

TEST_F(BucketCareTest, RemoveTakesTheEntryAndItsAliases) {
  put(handle_);
  put(kOther);
  ASSERT_TRUE(cache_.set_alias(kUnversioned, handle_, "\"1\""));
  ASSERT_TRUE(cache_.remove(handle_));
  EXPECT_EQ(bucket_.names().size(), 1 + model_files().size());
  EXPECT_EQ(cache_.remove(handle_).error().code(), Code::kNotFound);
  put_lock(kOther, "elsewhere.7." + kTheirToken);
  EXPECT_EQ(cache_.remove(kOther).error().code(), Code::kConflict);
}

TEST_F(BucketCareTest, PruneWithoutLimitsTakesLeftoversAndBrokenEntriesOnly) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "60");
  put(handle_);
  put_foreign(kOther);
  const std::string unfinished = m("https://x/y/1");
  bucket_.set(unfinished + "/saved_model.pb", "never finished");
  const std::string dead = m("https://x/z/1");
  bucket_.set(dead + ".lock", "elsewhere.7." + kTheirToken);
  bucket_.set(dead + "." + kTheirToken + ".tmp/saved_model.pb", "half");
  for (const std::string& name : {dead + ".lock", dead + "." + kTheirToken + ".tmp/saved_model.pb"})
    bucket_.age(name, hours(1));
  const std::string alive = m("https://x/w/1");
  bucket_.set(alive + ".lock", "elsewhere.7." + kTheirToken);

  PruneOptions dry_run;
  dry_run.dry_run = true;
  const auto before = bucket_.names();
  const auto would_go = pruned(dry_run);
  EXPECT_EQ(bucket_.names(), before);
  EXPECT_EQ(pruned(), would_go);
  EXPECT_EQ(would_go.size(), 3u);
  EXPECT_FALSE(bucket_.has(unfinished + "/saved_model.pb"));
  EXPECT_FALSE(bucket_.has(dead + ".lock"));
  EXPECT_TRUE(bucket_.has(alive + ".lock"));
  EXPECT_TRUE(*cache_.find(handle_));
  EXPECT_TRUE(*cache_.find(kOther));
}

TEST_F(BucketCareTest, PruneToASizeTakesTheOldestFirst) {
  put_foreign(kOther);  // earlier
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(kUnversioned, kOther, "\"1\""));
  PruneOptions to_size;
  to_size.max_size = 20;
  EXPECT_THAT(pruned(to_size), ElementsAre(url(kOther) + ": least recently used",
                                           url(kUnversioned) + ": its model is removed"));
  EXPECT_TRUE(*cache_.find(handle_));
  EXPECT_EQ(bucket_.names().size(), 1 + model_files().size());
}

TEST_F(BucketCareTest, PruneByAgeKeepsWhatIsBeingFilledAgain) {
  PruneOptions by_age;
  by_age.older_than = hours(24);
  put_foreign(kOther);
  put_lock(kOther, "elsewhere.7." + kTheirToken);
  EXPECT_THAT(pruned(by_age), IsEmpty());
  ASSERT_TRUE(MemoryBackend(bucket_).remove({m(kOther) + ".lock"}));
  EXPECT_THAT(pruned(by_age), ElementsAre(url(kOther) + ": not used for so long"));
}

}  // namespace
}  // namespace tfhub::cache
