#include <gmock/gmock.h>

#include <latch>

#include "cache/bucket_testing.h"

namespace tfhub::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kDescriptor = ".descriptor.txt";
// Tokens as tensorflow_hub's and ours are (layout.h).
const std::string kOurToken = "0123456789abfdef0123456789abcdef";

TEST_F(BucketCacheTest, LeavesTheModelAndItsDescriptorAndNothingElse) {
  const auto path = cache_.get_or_fill(handle_, fill_with(model_files(), "tag"));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, url(handle_));
  EXPECT_THAT(bucket_.names(), ElementsAre(m(handle_) + kDescriptor, m(handle_) + "/saved_model.pb",
                                           m(handle_) + "/variables/variables.data-00000-of-00001",
                                           m(handle_) + "/variables/variables.index"));
  for (const auto& [file, text] : model_files()) EXPECT_EQ(bucket_.get(m(handle_) + "/" + file), text);
  EXPECT_THAT(bucket_.get(m(handle_) + kDescriptor), StartsWith("Module: " + handle_ + "\nDownload Time: "));
}

TEST_F(BucketCacheTest, AHitIsTwoReadsAndNoWrite) {
  put(handle_);
  const auto before = bucket_.names();
  bucket_.requests = 0;
  bucket_.before_write = [](const std::string& name) {
    return fail(Code::kUnexpected, "{} is written", name);
  };
  const auto hit = another_cache().find(handle_);
  ASSERT_TRUE(hit && *hit);
  EXPECT_EQ((*hit)->path, url(handle_));
  EXPECT_EQ((*hit)->state, State::kComplete);
  EXPECT_EQ(bucket_.requests, 2);
  EXPECT_EQ(bucket_.names(), before);
}

TEST_F(BucketCacheTest, TheDescriptorComesLastAndTheGraphBeforeIt) {
  std::vector<std::string> order;
  std::mutex mutex;
  bucket_.before_write = [&](const std::string& name) -> Result<void> {
    const std::lock_guard guard(mutex);
    order.push_back(name);
    return {};
  };
  put(handle_);
  ASSERT_EQ(order.size(), 5u);
  EXPECT_EQ(order[0], m(handle_) + ".lock");
  EXPECT_EQ(order[3], m(handle_) + "/saved_model.pb");
  EXPECT_EQ(order[4], m(handle_) + kDescriptor);
}

TEST_F(BucketCacheTest, AFailedFillLeavesNothing) {
  const auto path =
      cache_.get_or_fill(handle_, [](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
        TFHUB_TRY(write_files(staging, model_files()));
        return fail(Code::kNetwork, "the connection was cut");
      });
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNetwork);
  EXPECT_THAT(bucket_.names(), IsEmpty());
}

TEST_F(BucketCacheTest, AnUploadThatBreaksIsNoHitAndIsFetchedAgain) {
  bucket_.before_write = [](const std::string& name) -> Result<void> {
    if (name.ends_with("saved_model.pb")) return fail(Code::kNetwork, "the bucket is away");
    return {};
  };
  const auto path = cache_.get_or_fill(handle_, fill_with(model_files()));
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNetwork);
  EXPECT_FALSE(bucket_.has(m(handle_) + kDescriptor));
  EXPECT_FALSE(bucket_.has(m(handle_) + ".lock"));
  const auto hit = cache_.find(handle_);
  ASSERT_TRUE(hit);
  EXPECT_FALSE(*hit);

  bucket_.before_write = nullptr;
  const Files others = {{"saved_model.pb", "another graph"}};
  put(handle_, others);
  EXPECT_THAT(bucket_.names(), ElementsAre(m(handle_) + kDescriptor, m(handle_) + "/saved_model.pb"))
      << "what was unfinished is gone";
}

TEST_F(BucketCacheTest, WhoMayNotWriteHearsSo) {
  bucket_.before_write = [](const std::string&) { return fail(Code::kNotAllowed, "permission denied"); };
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNotAllowed);
  EXPECT_THAT(path.error().message(), HasSubstr("gs://memory/cache"));
}

TEST_F(BucketCacheTest, AFileThatIsGoneOrOfAnotherSizeIsNoHit) {
  for (const bool gone : {true, false}) {
    put(handle_);
    if (gone) {
      ASSERT_TRUE(MemoryBackend(bucket_).remove({m(handle_) + "/variables/variables.index"}));
    } else {
      bucket_.set(m(handle_) + "/variables/variables.index", "longer than it was");
    }
    const auto hit = cache_.find(handle_);
    ASSERT_TRUE(hit);
    EXPECT_FALSE(*hit);
    put(handle_);
    EXPECT_TRUE(*cache_.find(handle_));
  }
}

TEST_F(BucketCacheTest, ADescriptorOfTensorflowHubIsAccepted) {
  put_foreign(handle_);
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, url(handle_));
  EXPECT_EQ((*cache_.find(handle_))->state, State::kForeign);
}

TEST_F(BucketCacheTest, AModelWithoutADescriptorIsUnfinished) {
  put_foreign(handle_);
  ASSERT_TRUE(MemoryBackend(bucket_).remove({m(handle_) + kDescriptor}));
  EXPECT_FALSE(*cache_.find(handle_));
  put(handle_);
  EXPECT_EQ((*cache_.find(handle_))->state, State::kComplete);
}

TEST_F(BucketCacheTest, OneOfTensorflowHubIsNotUsedWhileItIsBeingCopied) {
  put_foreign(handle_);
  put_lock(handle_, "elsewhere.7." + kTheirToken);
  EXPECT_FALSE(*cache_.find(handle_));
  int looks = 0;
  bucket_.before_look = [&](const std::string& name) {
    if (name == m(handle_) + ".lock" && ++looks == 5) {
      EXPECT_TRUE(MemoryBackend(bucket_).remove({name}));
    }
  };
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_GE(looks, 5) << "it was used before its holder was done";
}

TEST_F(BucketCacheTest, OfManyThatAskAtOnceOneFetches) {
  std::atomic<int> fetched{0};
  std::latch begun(8);
  const auto fill = [&](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
    ++fetched;
    begun.wait();
    return write_files(staging, model_files());
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      begun.count_down();
      BucketCache mine = another_cache();
      const auto path = mine.get_or_fill(handle_, fill);
      ASSERT_TRUE(path) << path.error().message();
      EXPECT_EQ(*path, url(handle_));
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetched, 1);
  EXPECT_FALSE(bucket_.has(m(handle_) + ".lock"));
}

TEST_F(BucketCacheTest, TheLockOfAProcessOfThisHostThatDiedIsTakenAway) {
  Child dead([] { return true; });
  const std::string owner = fmt::format("{}.{}.{}", os::host_name(), dead.pid(), kOurToken);
  ASSERT_TRUE(dead.succeeded());
  put_lock(handle_, owner);
  put(handle_);
  EXPECT_FALSE(bucket_.has(m(handle_) + ".lock"));
}

TEST_F(BucketCacheTest, AForeignLockThatStandsStillIsTakenAwayWithWhatItsHolderFilled) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "1");
  put_lock(handle_, "elsewhere.7." + kTheirToken);
  bucket_.set(m(handle_) + "." + kTheirToken + ".tmp/saved_model.pb", "half a gra");
  put(handle_);
  EXPECT_EQ(bucket_.names().size(), 1 + model_files().size());
}

TEST_F(BucketCacheTest, AForeignLockWhoseHolderGoesOnIsWaitedFor) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "1");
  put_lock(handle_, "elsewhere.7." + kTheirToken);
  const Stopwatch watch;
  int files = 0;
  double last_growth = 0;
  bucket_.before_look = [&](const std::string& name) {
    if (name != m(handle_) + ".lock" || watch.seconds() > 1.5) return;
    last_growth = watch.seconds();
    bucket_.set(fmt::format("{}.{}.tmp/{}", m(handle_), kTheirToken, ++files), "more");
  };
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    EXPECT_GT(watch.seconds(), 1.5);
    EXPECT_GT(watch.seconds() - last_growth, 0.9);
    bucket_.before_look = nullptr;
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_GT(files, 1);
}

TEST_F(BucketCacheTest, WhoLosesItsLockLeavesTheRivalsModelAlone) {
  const Files theirs = {{"saved_model.pb", "their graph"}};
  bool taken = false;
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    EXPECT_FALSE(taken) << "filled a second time";
    taken = true;
    // Whoever thought that this one stood still has taken its lock away and finished.
    EXPECT_TRUE(MemoryBackend(bucket_).remove({m(handle_) + ".lock"}));
    EXPECT_TRUE(another_cache().get_or_fill(handle_, fill_with(theirs)));
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(bucket_.get(m(handle_) + "/saved_model.pb"), "their graph");
  EXPECT_EQ(bucket_.names().size(), 2u);
}

TEST_F(BucketCacheTest, AnUnversionedHandleStandsForAVersionedOne) {
  const std::string unversioned = "https://hub.example.org/acme/mul";
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned, handle_, "\"1\""));
  const auto hit = another_cache().find(unversioned);
  ASSERT_TRUE(hit && *hit);
  EXPECT_TRUE((*hit)->alias);
  EXPECT_EQ((*hit)->path, url(handle_));
  EXPECT_EQ((*hit)->handle, handle_);
  EXPECT_EQ((*hit)->etag, "\"1\"");

  const std::string newer = "https://hub.example.org/acme/mul/2";
  put(newer);
  ASSERT_TRUE(cache_.set_alias(unversioned, newer, "\"2\""));
  EXPECT_EQ((*cache_.find(unversioned))->path, url(newer));
  ASSERT_TRUE(cache_.remove(newer));
  EXPECT_FALSE(*cache_.find(unversioned));
}

TEST_F(BucketCacheTest, AnAliasNeverReplacesAModel) {
  const std::string unversioned = "https://hub.example.org/acme/mul";
  put(handle_);
  put_foreign(unversioned);
  ASSERT_TRUE(cache_.set_alias(unversioned, handle_, "\"1\""));
  const auto hit = cache_.find(unversioned);
  ASSERT_TRUE(hit && *hit);
  EXPECT_FALSE((*hit)->alias);
}

}  // namespace
}  // namespace tfhub::cache
