// What is kept of what is dear to make: its bounds in number and bytes, and many threads at once.
#include "server/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tfhub::server {
namespace {

std::string put(Kept<std::string>& kept, const std::string& key, size_t bytes) {
  return *kept.put(key, std::string(bytes, key[0]), bytes);
}

TEST(KeptThings, AreFoundUntilOthersWereUsedMoreRecently) {
  Kept<std::string> kept(2, 1000);
  EXPECT_EQ(kept.find("a"), nullptr);
  put(kept, "a", 3);
  put(kept, "b", 3);
  ASSERT_NE(kept.find("a"), nullptr);
  EXPECT_EQ(*kept.find("a"), "aaa");
  put(kept, "c", 3);
  EXPECT_EQ(kept.find("b"), nullptr);
  EXPECT_NE(kept.find("a"), nullptr);
  EXPECT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept.bytes(), 8U);  // with their keys
}

TEST(KeptThings, AreNoMoreBytesThanMayBe) {
  Kept<std::string> kept(100, 100);
  for (const char* key : {"a", "b", "c"}) put(kept, key, 30);
  EXPECT_EQ(kept.size(), 3U);
  put(kept, "d", 60);  // a and b make room
  EXPECT_EQ(kept.find("a"), nullptr);
  EXPECT_EQ(kept.find("b"), nullptr);
  EXPECT_NE(kept.find("c"), nullptr);
  EXPECT_EQ(kept.bytes(), 92U);
}

TEST(KeptThings, OneTooLargeIsGivenBackAndPushesNothingOut) {
  Kept<std::string> kept(100, 100);
  put(kept, "a", 30);
  EXPECT_EQ(put(kept, "huge", 1000).size(), 1000U);
  EXPECT_EQ(kept.find("huge"), nullptr);
  EXPECT_NE(kept.find("a"), nullptr);
}

TEST(KeptThings, OfTwoThatMadeTheSameTheFirstStays) {
  Kept<std::string> kept(10, 100);
  const auto first = kept.put("a", "one", 3);
  EXPECT_EQ(kept.put("a", "two", 3), first);
  EXPECT_EQ(*kept.find("a"), "one");
  EXPECT_EQ(kept.bytes(), 4U);
}

TEST(KeptThings, StayWithWhoHoldsThemWhenTheyGo) {
  Kept<std::string> kept(1, 100);
  const auto held = kept.put("a", "one", 3);
  kept.put("b", "two", 3);
  EXPECT_EQ(kept.find("a"), nullptr);
  EXPECT_EQ(*held, "one");
}

TEST(KeptThings, MayBeUsedByManyThreads) {
  constexpr size_t kMost = 16, kMostBytes = 400;
  Kept<std::string> kept(kMost, kMostBytes);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5'000; ++i) {
        const std::string key = std::to_string((i * 7 + t) % 40);
        auto value = kept.find(key);
        if (!value) value = kept.put(key, "value of " + key, 20);
        if (*value != "value of " + key || kept.size() > kMost || kept.bytes() > kMostBytes) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(kept.size(), 0U);
}

}  // namespace
}  // namespace tfhub::server
