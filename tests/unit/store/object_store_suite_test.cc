#include "store/object_store_suite.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

namespace tfhub::store {
namespace {

TEST_P(ObjectStoreSuite, AnObjectComesBackAsItWasPut) {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 % 251);
  write("acme/mul/1.tar.gz", bytes);
  EXPECT_EQ(read("acme/mul/1.tar.gz"), bytes);
  const auto info = store_->head("acme/mul/1.tar.gz");
  ASSERT_TRUE(info && *info);
  EXPECT_EQ((*info)->key, "acme/mul/1.tar.gz");
  EXPECT_EQ((*info)->size, bytes.size());
  const auto age = std::chrono::system_clock::now() - (*info)->modified;
  EXPECT_LT(age, std::chrono::minutes(5));
  EXPECT_GT(age, -std::chrono::minutes(5));

  write("acme/mul/1.tar.gz", "other");
  EXPECT_EQ(read("acme/mul/1.tar.gz"), "other");
  write("empty", "");
  EXPECT_EQ(read("empty"), "");
  EXPECT_TRUE(store_->sync());
}

TEST_P(ObjectStoreSuite, WhatIsNotThereIsNotFound) {
  write("a/b", "x");
  for (const std::string key : {"nothing", "a", "a/b/c", "a/c"}) {
    const auto got = store_->get(key);
    ASSERT_FALSE(got) << key;
    EXPECT_EQ(got.error().code(), Code::kNotFound) << key;
    const auto info = store_->head(key);
    ASSERT_TRUE(info) << key;
    EXPECT_FALSE(*info) << key;
    const auto small = read_small(*store_, key);
    ASSERT_TRUE(small) << key;
    EXPECT_FALSE(*small) << key;
    EXPECT_TRUE(store_->remove(key)) << key;
  }
  EXPECT_EQ(read("a/b"), "x");
}

TEST_P(ObjectStoreSuite, ARangeIsExactlyItsBytes) {
  write("k", "0123456789");
  const auto read_range = [&](uint64_t first, uint64_t last) -> std::string {
    auto source = store_->get("k", protocol::ByteRange{first, last});
    if (!source) return "(error)";
    std::string text;
    std::array<std::byte, 3> buffer;
    while (true) {
      const auto n = (*source)->read(buffer);
      if (!n) return "(error)";
      if (*n == 0) return text;
      text.append(as_text(Bytes(buffer).first(*n)));
    }
  };
  EXPECT_EQ(read_range(0, 9), "0123456789");
  EXPECT_EQ(read_range(3, 3), "3");
  EXPECT_EQ(read_range(2, 8), "2345678");
  EXPECT_EQ(read_range(9, 9), "9");
  EXPECT_EQ(read_range(9, 10), "(error)");
  EXPECT_EQ(read_range(10, 10), "(error)");
}

TEST_P(ObjectStoreSuite, WhatIsHereNeedNotBeWaitedFor) {
  std::string bytes;
  for (int i = 0; i < 3'000'000; ++i) bytes += static_cast<char>(i * 7 % 251);
  write("k", bytes);
  auto source = store_->get("k");
  ASSERT_TRUE(source);
  std::string text;
  std::array<std::byte, 1000> buffer;
  while (true) {
    const Bytes here = (*source)->here();
    const Bytes some = here.first(std::min<size_t>(here.size(), 70'000));
    text.append(as_text(some));
    (*source)->take(some.size());
    if (!some.empty()) continue;
    const auto n = (*source)->read(buffer);
    ASSERT_TRUE(n) << n.error().message();
    if (*n == 0) break;
    text.append(as_text(Bytes(buffer).first(*n)));
  }
  EXPECT_TRUE(text == bytes);
  EXPECT_TRUE((*source)->here().empty());
}

TEST_P(ObjectStoreSuite, NothingIsSeenBeforeCommit) {
  {
    auto writer = store_->put("a/b");
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(as_bytes("half")));
    EXPECT_EQ(read("a/b"), "(nothing)");
    EXPECT_THAT(keys(""), ::testing::IsEmpty());
  }
  EXPECT_EQ(read("a/b"), "(nothing)");
  EXPECT_THAT(keys(""), ::testing::IsEmpty());

  write("a/b", "old");
  auto writer = store_->put("a/b");
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(as_bytes("new")));
  EXPECT_EQ(read("a/b"), "old");
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(read("a/b"), "new");
}

TEST_P(ObjectStoreSuite, AReaderKeepsItsObjectWhateverHappensToTheKey) {
  const std::string bytes(200'000, 'x');
  write("k", bytes);
  auto source = store_->get("k");
  ASSERT_TRUE(source);
  std::array<std::byte, 1000> buffer;
  ASSERT_TRUE((*source)->read(buffer));
  write("k", std::string(200'000, 'y'));
  while (true) {
    const auto n = (*source)->read(buffer);
    if (!n || *n == 0) break;  // a backend may fail here, but never splice
    ASSERT_EQ(as_text(Bytes(buffer).first(*n)), std::string(*n, 'x'));
  }
}

TEST_P(ObjectStoreSuite, PutIfAbsentNeverReplaces) {
  EXPECT_EQ(*store_->put_if_absent("r/e", as_bytes("first")), true);
  EXPECT_EQ(*store_->put_if_absent("r/e", as_bytes("second")), false);
  EXPECT_EQ(read("r/e"), "first");
  write("p", "put");
  EXPECT_EQ(*store_->put_if_absent("p", as_bytes("late")), false);
  ASSERT_TRUE(store_->remove("r/e"));
  EXPECT_EQ(*store_->put_if_absent("r/e", as_bytes("third")), true);
  EXPECT_EQ(read("r/e"), "third");
}

TEST_P(ObjectStoreSuite, OfManyConcurrentPutIfAbsentExactlyOneWins) {
  for (int round = 0; round < 10; ++round) {
    const std::string key = "race/" + std::to_string(round) + "/entry";
    std::atomic<int> winners = 0, winner = -1, ready = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        ++ready;
        while (ready < 8) std::this_thread::yield();
        const auto created = store_->put_if_absent(key, as_bytes("writer " + std::to_string(i)));
        if (created && *created) {
          ++winners;
          winner = i;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(read(key), "writer " + std::to_string(winner));
  }
}

TEST_P(ObjectStoreSuite, ListsByPrefixInTheOrderOfKeys) {
  for (const std::string key : {"a/x", "a-b", "a.b", "a/y/z", "ab", "b/1", ".hidden/x"}) write(key, key);
  EXPECT_THAT(keys(""), ::testing::ElementsAre(".hidden/x", "a-b", "a.b", "a/x", "a/y/z", "ab", "b/1"));
  EXPECT_THAT(keys("a/"), ::testing::ElementsAre("a/x", "a/y/z"));
  EXPECT_THAT(keys("a/", false), ::testing::ElementsAre("a/x", "a/y/"));
  EXPECT_THAT(keys("", false), ::testing::ElementsAre("a-b", "a.b", "ab", ".hidden/", "a/", "b/"));
  EXPECT_THAT(keys("nothing/"), ::testing::IsEmpty());
  EXPECT_THAT(keys("ab/"), ::testing::IsEmpty());
  const auto listing = store_->list("a/", true);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->objects[1].size, 5u);
  EXPECT_FALSE(store_->list("a", true));
}

TEST_P(ObjectStoreSuite, RemovedIsGone) {
  write("a/b/c", "1");
  write("a/d", "2");
  ASSERT_TRUE(store_->remove("a/b/c"));
  ASSERT_TRUE(store_->remove("a/b/c"));
  EXPECT_THAT(keys("", false), ::testing::ElementsAre("a/"));
  EXPECT_THAT(keys("a/", false), ::testing::ElementsAre("a/d"));
  ASSERT_TRUE(store_->remove("a/d"));
  EXPECT_THAT(keys("", false), ::testing::IsEmpty());

  for (const std::string key : {"s/1/x", "s/1/y/z", "s/10/x"}) write(key, "x");
  ASSERT_TRUE(remove_prefix(*store_, "s/1"));
  ASSERT_TRUE(remove_prefix(*store_, "s/1"));
  EXPECT_THAT(keys(""), ::testing::ElementsAre("s/10/x"));
}

TEST_P(ObjectStoreSuite, RefusesWhatIsNoKey) {
  const std::vector<std::string> bad = {"",
                                        "/a",
                                        "a/",
                                        "a//b",
                                        "..",
                                        "../x",
                                        ".",
                                        "a/..",
                                        "a/../b",
                                        "a/./b",
                                        ".tmp/x",
                                        ".tmp",
                                        "a\nb",
                                        "a/\x7f",
                                        std::string("a\0b", 3),
                                        std::string(1025, 'a'),
                                        std::string(256, 'a')};
  for (const std::string& key : bad) {
    const auto put = store_->put(key);
    ASSERT_FALSE(put) << key;
    EXPECT_EQ(put.error().code(), Code::kUsage) << key;
    EXPECT_FALSE(store_->put_if_absent(key, as_bytes("x"))) << key;
    EXPECT_FALSE(store_->get(key)) << key;
    EXPECT_FALSE(store_->head(key)) << key;
    EXPECT_FALSE(store_->remove(key)) << key;
    EXPECT_FALSE(store_->list(key + "/", true)) << key;
  }
  write("ok/.tmp/ü b.pb", "fine");
  EXPECT_EQ(read("ok/.tmp/ü b.pb"), "fine");
}

TEST_P(ObjectStoreSuite, ASmallReadHasALimit) {
  write("k", std::string(1001, 'x'));
  const auto bytes = read_small(*store_, "k", 1000);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code(), Code::kCorrupt);
}

TEST_P(ObjectStoreSuite, WritersAndRemoversShareAPrefix) {
  // Where keys are paths, a remover that tidies an empty directory away must not break the writer next to it.
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round) {
        const std::string key = "shared/deep/" + std::to_string(i);
        const auto kept = round % 2 == 0 ? store_->put_if_absent(key, as_bytes("x")).map([](bool) {})
                                         : put_small(*store_, key, as_bytes("x"));
        EXPECT_TRUE(kept) << kept.error().message();
        if (!kept || !store_->head(key).value() || !store_->remove(key)) ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_THAT(keys(""), ::testing::IsEmpty());
}

}  // namespace
}  // namespace tfhub::store
