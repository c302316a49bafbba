// Promotion where a bucket copies by itself: each object once, and last of all the file that tells that all
// are there.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "catalog/publication.h"
#include "catalog/publishing.h"
#include "catalog/staging_area.h"

namespace tfhub::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAreArray;

class PromotionOnABucket : public ::testing::Test {
 protected:
  // A version of more files than are copied at once: published, and its bytes still staged.
  void SetUp() override {
    Files files;
    for (int i = 100; i < 140; ++i) files[fmt::format("variables/part-{}", i)] = std::string(i, 'x');
    for (const auto& [path, bytes] : files) final_keys_.push_back("acme/mul/1/uncompressed/" + path);
    last_ = final_keys_.back();
    final_keys_.push_back(archive_);
    auto area = StagingArea::create(store_);
    ASSERT_TRUE(area);
    auto record = stage(store_, *area, "acme/mul/1", files);
    ASSERT_TRUE(record);
    record_ = std::make_unique<VersionRecord>(std::move(*record));
    EXPECT_OUTCOME(commit(store_, *record_), Outcome::kPublished);
    area->release();
  }

  // What stands at final keys.
  std::vector<std::string> promoted() { return keys(store_, "acme/"); }

  testing::MemoryBucket store_;
  std::unique_ptr<VersionRecord> record_;
  std::vector<std::string> final_keys_;
  const std::string archive_ = "acme/mul/1.tar.gz";
  std::string last_;
};

TEST_F(PromotionOnABucket, EachObjectIsCopiedOnceByTheBucketItself) {
  std::mutex mutex;
  std::vector<std::string> copied;
  store_.before_copy = [&](const std::string& to) -> Result<void> {
    const std::lock_guard guard(mutex);
    copied.push_back(to);
    return {};
  };
  ASSERT_TRUE(promote(store_, *record_));
  EXPECT_THAT(copied, UnorderedElementsAreArray(final_keys_));
  EXPECT_THAT(promoted(), UnorderedElementsAreArray(final_keys_));
  for (const FileEntry& file : record_->files)
    EXPECT_EQ(Sha256::of(as_bytes(read(store_, "acme/mul/1/uncompressed/" + file.path))), file.sha256);
  EXPECT_EQ(Sha256::of(as_bytes(read(store_, archive_))), record_->archive_sha256);
  EXPECT_THAT(keys(store_, ".staging/"), IsEmpty());

  copied.clear();
  ASSERT_TRUE(promote(store_, *record_));
  EXPECT_THAT(copied, IsEmpty()) << "it was done";
}

TEST_F(PromotionOnABucket, TheLastFileIsCopiedWhenAllElseIsThere) {
  std::atomic<bool> last_begun = false;
  std::vector<std::string> there;
  store_.before_copy = [&](const std::string& to) -> Result<void> {
    if (to == last_) {
      there = promoted();
      last_begun = true;
    }
    // A copy takes its time: one that does not wait for this one comes before its end.
    for (int i = 0; i < 1000 && !last_begun; ++i) std::this_thread::yield();
    return {};
  };
  ASSERT_TRUE(promote(store_, *record_));
  std::erase(final_keys_, last_);
  EXPECT_THAT(there, UnorderedElementsAreArray(final_keys_));
  EXPECT_TRUE(*uncompressed_ready(store_, *record_));
}

TEST_F(PromotionOnABucket, WhatCannotBeCopiedKeepsTheLastFileBack) {
  for (const std::string& refused :
       {archive_, final_keys_.front(), final_keys_[20], final_keys_[38], last_}) {
    SCOPED_TRACE(refused);
    // How far the attempt before came, beside what it could not copy, is chance; what is there is not copied.
    for (const std::string& key : promoted()) ASSERT_TRUE(store_.remove(key));
    store_.before_copy = [&](const std::string& to) {
      return to == refused ? fail(Code::kNetwork, "{} cannot be copied today", to) : Result<void>();
    };
    EXPECT_FAILS(promote(store_, *record_), Code::kNetwork, HasSubstr(refused));
    EXPECT_FALSE(*store_.head(last_));
    EXPECT_FALSE(*uncompressed_ready(store_, *record_));
    EXPECT_THAT(*file_location(store_, *record_, record_->files.back().path), StartsWith(".staging/"));
  }
  store_.before_copy = {};
  ASSERT_TRUE(promote(store_, *record_));
  EXPECT_THAT(promoted(), UnorderedElementsAreArray(final_keys_));
  EXPECT_TRUE(*uncompressed_ready(store_, *record_));
}

}  // namespace
}  // namespace tfhub::catalog
