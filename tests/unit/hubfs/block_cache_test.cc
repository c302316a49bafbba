#include "hubfs/block_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "base/error.h"

namespace tfhub::hubfs {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr uint64_t kFile = 7;

void fill(Run& run, size_t which, std::string_view text) {
  auto data = std::make_unique_for_overwrite<std::byte[]>(text.size());
  std::memcpy(data.get(), text.data(), text.size());
  run.fill(which, std::move(data), text.size());
}

// A block of `text`, brought at once.
void keep(BlockCache& cache, uint64_t index, std::string_view text) {
  auto claim = cache.claim(kFile, index, index + 1, index + 1, 1);
  ASSERT_THAT(claim.missing, SizeIs(1));
  fill(claim.missing[0], 0, text);
}

TEST(BlockCacheTest, WhatIsMissingIsBroughtByWhoAskedFirst) {
  BlockCache cache(100);
  auto first = cache.claim(kFile, 0, 2, 4, 10);
  EXPECT_THAT(first.blocks, SizeIs(2));
  ASSERT_THAT(first.missing, SizeIs(1));
  EXPECT_EQ(first.missing[0].first(), 0U);
  EXPECT_EQ(first.missing[0].size(), 4U);
  const auto second = cache.claim(kFile, 0, 2, 4, 10);
  EXPECT_THAT(second.missing, SizeIs(0));
  std::thread reader([&] { EXPECT_EQ(as_text(*cache.wait(second.blocks[1])), "two"); });
  fill(first.missing[0], 0, "one");
  fill(first.missing[0], 1, "two");
  reader.join();
  EXPECT_EQ(as_text(*cache.wait(first.blocks[0])), "one");
}

TEST(BlockCacheTest, RunsAreOfNeighboursAndNoLongerThanAskedFor) {
  BlockCache cache(100);
  keep(cache, 2, "there");
  const auto claim = cache.claim(kFile, 0, 7, 7, 3);
  ASSERT_THAT(claim.missing, SizeIs(3));
  EXPECT_EQ(claim.missing[0].first(), 0U);
  EXPECT_EQ(claim.missing[0].size(), 2U);
  EXPECT_EQ(claim.missing[1].first(), 3U);
  EXPECT_EQ(claim.missing[1].size(), 3U);
  EXPECT_EQ(claim.missing[2].first(), 6U);
}

TEST(BlockCacheTest, TheLeastRecentlyUsedGoFirst) {
  BlockCache cache(9);
  for (uint64_t index = 0; index < 3; ++index) keep(cache, index, "abc");
  (void)cache.claim(kFile, 0, 1, 1, 1);
  keep(cache, 3, "abc");
  EXPECT_TRUE(cache.find(kFile, 0));
  EXPECT_FALSE(cache.find(kFile, 1));
  EXPECT_TRUE(cache.find(kFile, 2));
  EXPECT_TRUE(cache.find(kFile, 3));
}

TEST(BlockCacheTest, AReaderKeepsWhatTheCacheForgets) {
  BlockCache cache(3);
  auto claim = cache.claim(kFile, 0, 1, 1, 1);
  fill(claim.missing[0], 0, "abc");
  keep(cache, 1, "def");
  EXPECT_FALSE(cache.find(kFile, 0));
  EXPECT_EQ(as_text(*cache.wait(claim.blocks[0])), "abc");
}

TEST(BlockCacheTest, WhoWaitsForWhatFailsIsToldAndTheNextTriesAgain) {
  BlockCache cache(100);
  auto claim = cache.claim(kFile, 0, 2, 2, 2);
  fill(claim.missing[0], 0, "one");
  claim.missing[0].fail(Error(Code::kNetwork, "no more"));
  EXPECT_TRUE(cache.wait(claim.blocks[0]));
  const auto failed = cache.wait(claim.blocks[1]);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "no more");
  EXPECT_THAT(cache.claim(kFile, 0, 2, 2, 2).missing, SizeIs(1));
}

TEST(BlockCacheTest, ARunThatIsDroppedHasFailed) {
  BlockCache cache(100);
  auto claim = cache.claim(kFile, 0, 1, 1, 1);
  claim.missing.clear();
  const auto failed = cache.wait(claim.blocks[0]);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("stopped"));
}

TEST(BlockCacheTest, AFileIsForgottenWithoutTheOthers) {
  BlockCache cache(100);
  keep(cache, 0, "abc");
  auto other = cache.claim(kFile + 1, 0, 1, 1, 1);
  fill(other.missing[0], 0, "def");
  cache.forget(kFile);
  EXPECT_FALSE(cache.has(kFile, 0));
  EXPECT_TRUE(cache.has(kFile + 1, 0));
}

}  // namespace
}  // namespace tfhub::hubfs
