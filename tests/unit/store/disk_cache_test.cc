#include "store/disk_cache.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <span>
#include <thread>

#include "base/log.h"
#include "os/syscalls.h"
#include "store/object_store_suite.h"
#include "store/scripted_bucket.h"
#include "testing/temp_dir.h"
#include "testing/wait_until.h"

namespace tfhub::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedBucket;
using testing::TempDir;
using testing::wait_until;

constexpr uint64_t kKiB = 1 << 10;
constexpr uint64_t kMiB = 1 << 20;

// Different at every place, and for every key.
std::string bytes_of(const std::string& key, size_t size) {
  std::string bytes(size, '\0');
  auto state = static_cast<uint32_t>(std::hash<std::string>()(key));
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

std::string rest_of(ByteSource& source, size_t block = 100'000) {
  std::string bytes, buffer(block, '\0');
  while (true) {
    const auto got = source.read(std::as_writable_bytes(std::span(buffer)));
    if (!got) return "error: " + got.error().message();
    if (*got == 0) return bytes;
    bytes.append(buffer, 0, *got);
  }
}

// Without printing megabytes.
::testing::AssertionResult same(const std::string& got, const std::string& expected) {
  if (got == expected) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << got.size() << " bytes instead of " << expected.size() << ": " << got.substr(0, 60);
}

// A disk whose calls of one kind fail with `error` while it is set.
class FailingDisk {
 public:
  std::atomic<int> write{0}, create{0}, unlink{0}, rename{0};

 private:
  os::Syscalls failing() {
    const os::Syscalls real = os::Syscalls::real();
    os::Syscalls calls = real;
    calls.write = [this, real](int fd, const void* data, size_t size) -> ssize_t {
      return write == 0 ? real.write(fd, data, size) : (errno = write, -1);
    };
    calls.openat = [this, real](int at, const char* path, int flags, mode_t mode) {
      return (flags & O_CREAT) == 0 || create == 0 ? real.openat(at, path, flags, mode)
                                                   : (errno = create, -1);
    };
    calls.unlinkat = [this, real](int at, const char* path, int flags) {
      return unlink == 0 ? real.unlinkat(at, path, flags) : (errno = unlink, -1);
    };
    calls.renameat2 = [this, real](int from_at, const char* from, int to_at, const char* to, unsigned flags) {
      return rename == 0 ? real.renameat2(from_at, from, to_at, to, flags) : (errno = rename, -1);
    };
    return calls;
  }
  const os::ScopedSyscalls scope_{failing()};
};

class DiskCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    set_log_function([this](LogLevel level, std::string_view message) {
      if (level == LogLevel::kWarning) warnings_.emplace_back(message);
    });
    start();
  }
  void TearDown() override {
    bucket_->let_all_through();
    cache_.reset();
    set_log_function({});
  }

  Result<std::shared_ptr<ObjectStore>> open(std::shared_ptr<ObjectStore> store, uint64_t size) const {
    return open_disk_cache(std::move(store),
                           {.directory = directory_, .size = size, .keeps = [](std::string_view key) {
                              return !key.starts_with('.');
                            }});
  }
  // Again: as the next process.
  void start(uint64_t size = 100 * kMiB) {
    cache_.reset();
    auto opened = open(bucket_, size);
    ASSERT_TRUE(opened) << opened.error().message();
    cache_ = *opened;
  }
  std::string put(const std::string& key, size_t size) {
    std::string bytes = bytes_of(key, size);
    EXPECT_TRUE(put_small(*bucket_, key, as_bytes(bytes)));
    return bytes;
  }
  std::unique_ptr<ByteSource> source_of(const std::string& key,
                                        std::optional<protocol::ByteRange> range = std::nullopt) {
    auto source = cache_->get(key, range);
    EXPECT_TRUE(source) << source.error().message();
    return source ? std::move(*source) : nullptr;
  }
  std::string read(const std::string& key, std::optional<protocol::ByteRange> range = std::nullopt,
                   size_t block = 100'000) {
    const auto source = source_of(key, range);
    return source ? rest_of(*source, block) : "(nothing)";
  }
  CachedObjects& cached() const { return dynamic_cast<CachedObjects&>(*cache_); }
  DiskCacheCounts counts() const { return cached().counts(); }
  bool kept(const std::string& key) const { return cached().open_kept(key).has_value(); }
  // Reads it, and waits until it is kept: the last reader may be faster than the disk_.
  void warm(const std::string& key) {
    read(key);
    ASSERT_TRUE(wait_until([&] { return kept(key); })) << key;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  size_t unfinished() const {
    const auto names = files();
    return static_cast<size_t>(std::count_if(
        names.begin(), names.end(), [](const std::string& name) { return name.ends_with(".part"); }));
  }

  TempDir root_;
  FailingDisk disk_;
  const std::string directory_ = root_ / "made/cache";
  std::shared_ptr<ScriptedBucket> bucket_ = std::make_shared<ScriptedBucket>();
  std::shared_ptr<ObjectStore> cache_;
  std::vector<std::string> warnings_;
};

// What is not to be kept is as in the bucket.
INSTANTIATE_TEST_SUITE_P(DiskCache, ObjectStoreSuite,
                         ::testing::Values(StoreCase{"DiskCache",
                                                     []() -> std::shared_ptr<ObjectStore> {
                                                       const auto directory = std::make_shared<TempDir>();
                                                       auto cache = open_disk_cache(
                                                           std::make_shared<ScriptedBucket>(),
                                                           {.directory = directory->path(),
                                                            .size = kMiB,
                                                            .keeps = [directory](std::string_view) {
                                                              return directory ==
                                                                     nullptr;  // it lives as long
                                                            }});
                                                       return cache ? *cache : nullptr;
                                                     }}),
                         store_name);

TEST_F(DiskCacheTest, ASecondReadAsksTheBucketForNothing) {
  const std::string bytes = put("a/1.tar.gz", 3 * kMiB + 1);
  EXPECT_FALSE(kept("a/1.tar.gz"));
  EXPECT_TRUE(same(read("a/1.tar.gz"), bytes));
  ASSERT_TRUE(wait_until([&] { return kept("a/1.tar.gz"); }));
  bucket_->away = true;
  const auto before = counts();
  EXPECT_TRUE(same(read("a/1.tar.gz"), bytes));
  EXPECT_TRUE(same(read("a/1.tar.gz", protocol::ByteRange{5, 2'000'000}), bytes.substr(5, 1'999'996)));
  const auto head = cache_->head("a/1.tar.gz");
  ASSERT_TRUE(head && *head);
  EXPECT_EQ((*head)->size, bytes.size());
  EXPECT_EQ(counts().hits, before.hits + 2);
  EXPECT_EQ(counts().misses, 1U);
  EXPECT_EQ(counts().bytes, bytes.size());
  EXPECT_EQ(bucket_->wholes, 1);
  EXPECT_EQ(bucket_->parts, 0);
  EXPECT_EQ(bucket_->heads, 1);
}

TEST_F(DiskCacheTest, AnEmptyObjectIsKeptToo) {
  put("a/empty", 0);
  EXPECT_TRUE(same(read("a/empty"), ""));
  ASSERT_TRUE(wait_until([&] { return kept("a/empty"); }));
  EXPECT_TRUE(same(read("a/empty"), ""));
  EXPECT_EQ(bucket_->wholes, 1);
}

TEST_F(DiskCacheTest, WhatMayChangeAlwaysComesFromTheBucket) {
  put(".documents/a.md", 1000);
  read(".documents/a.md");
  const std::string changed = put(".documents/a.md", 2000);
  EXPECT_TRUE(same(read(".documents/a.md"), changed));
  EXPECT_EQ(bucket_->wholes, 2);
  EXPECT_FALSE(kept(".documents/a.md"));
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(DiskCacheTest, WhatIsNotThereIsNotFound) {
  const auto missing = cache_->get("a/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  put("a/none", 10);
  EXPECT_TRUE(same(read("a/none"), bytes_of("a/none", 10))) << "and that is not remembered";
}

TEST_F(DiskCacheTest, OneDownloadServesAllWhoAskMeanwhile) {
  constexpr size_t kSize = 6 * kMiB + 77;
  const std::string bytes = put("a/1.tar.gz", kSize);
  bucket_->hold_at(kMiB);
  std::atomic<int> right{0};
  std::vector<std::thread> readers;
  for (uint64_t i = 0; i < 24; ++i) {
    readers.emplace_back([&, i] {
      // Wholes and parts, in bites of many sizes.
      const protocol::ByteRange part{i * 50'000, kSize - 1 - i};
      const bool whole = i % 2 == 0;
      const std::string got =
          read("a/1.tar.gz", whole ? std::nullopt : std::optional(part), 3000 + i * 40'000);
      if (got == (whole ? bytes : bytes.substr(part.first, part.length()))) ++right;
    });
  }
  EXPECT_TRUE(wait_until([&] { return counts().misses == 24; }));
  bucket_->let_all_through();
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(right, 24);
  EXPECT_EQ(bucket_->wholes, 1);
  EXPECT_EQ(bucket_->parts, 0);
  EXPECT_EQ(bucket_->heads, 1);
}

TEST_F(DiskCacheTest, MoreObjectsAtOnceThanAreFetchedAtOnceAllArrive) {
  std::vector<std::thread> readers;
  std::atomic<int> right{0};
  for (int i = 0; i < 30; ++i) put(std::to_string(i), 300'000);
  for (int i = 0; i < 30; ++i) {
    readers.emplace_back([&, key = std::to_string(i)] {
      if (read(key) == bytes_of(key, 300'000)) ++right;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(right, 30);
  EXPECT_EQ(bucket_->wholes, 30);
}

TEST_F(DiskCacheTest, WithAllPlacesTakenTheBucketServesWhoComesAndNobodyWaits) {
  constexpr int kPlaces = 8;
  std::vector<std::unique_ptr<ByteSource>> under_way;
  bucket_->hold_at(kMiB / 2);
  for (int i = 0; i < kPlaces; ++i) {
    put(std::to_string(i), kMiB);
    under_way.push_back(source_of(std::to_string(i)));
  }
  const std::string bytes = put("late", kMiB);
  EXPECT_TRUE(same(read("late", protocol::ByteRange{10, 99}), bytes.substr(10, 90)));
  EXPECT_EQ(bucket_->parts, 1);
  EXPECT_EQ(bucket_->wholes, kPlaces);
  bucket_->let_all_through();
  EXPECT_TRUE(wait_until([&] { return kept("7"); }));
}

// A connection waits for the descriptor, no thread for the bytes.
TEST_F(DiskCacheTest, WhatIsOnItsWayIsTakenWithoutWaiting) {
  const std::string bytes = put("a/1.tar.gz", 3 * kMiB);
  bucket_->hold_at(kMiB);
  const auto source = source_of("a/1.tar.gz");
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  const os::UniqueFd here(ends[0]), there(ends[1]);
  std::string got, buffer(100'000, '\0');
  int waited = 0;
  bool moves = true;  // by the kernel, and through memory, by turns
  while (got.size() < bytes.size()) {
    if (const Bytes arrived = moves ? Bytes() : source->here(); !arrived.empty()) {
      got += as_text(arrived.first(std::min<size_t>(arrived.size(), 70'000)));
      source->take(std::min<size_t>(arrived.size(), 70'000));
    } else if (const auto moved = source->move_to(here.get(), 50'000)) {
      ASSERT_EQ(moved->what, Moved::What::kMoved);
      for (size_t left = moved->bytes; left > 0;) {
        const ssize_t n = ::read(there.get(), buffer.data(), std::min(left, buffer.size()));
        ASSERT_GT(n, 0);
        got.append(buffer, 0, static_cast<size_t>(n));
        left -= static_cast<size_t>(n);
      }
    } else {
      const auto arrival = source->arrival();
      ASSERT_TRUE(arrival);
      pollfd look{arrival->descriptor, POLLIN, 0};
      if (got.size() == kMiB && waited++ == 0) {
        EXPECT_EQ(::poll(&look, 1, 0), 0) << "nothing has come";
        bucket_->let_all_through();
      }
      ASSERT_EQ(::poll(&look, 1, 30'000), 1);
    }
    moves = !moves;
  }
  EXPECT_TRUE(same(got, bytes));
  EXPECT_EQ(waited, 1);
}

TEST_F(DiskCacheTest, APartIsReadWhileTheRestIsOnItsWay) {
  const std::string bytes = put("a/1.tar.gz", 20 * kMiB);
  bucket_->hold_at(2 * kMiB);
  EXPECT_TRUE(same(read("a/1.tar.gz", protocol::ByteRange{kMiB, 2 * kMiB - 1}), bytes.substr(kMiB, kMiB)));
  EXPECT_EQ(bucket_->parts, 0);
  // What would be waited for long comes from the bucket.
  EXPECT_TRUE(
      same(read("a/1.tar.gz", protocol::ByteRange{15 * kMiB, 16 * kMiB - 1}), bytes.substr(15 * kMiB, kMiB)));
  EXPECT_EQ(bucket_->parts, 1);
  // What is about to arrive is waited for.
  const auto near = source_of("a/1.tar.gz", protocol::ByteRange{3 * kMiB, 4 * kMiB - 1});
  bucket_->let_all_through();
  EXPECT_TRUE(same(rest_of(*near), bytes.substr(3 * kMiB, kMiB)));
  EXPECT_EQ(bucket_->parts, 1);
  EXPECT_EQ(bucket_->wholes, 1);
}

TEST_F(DiskCacheTest, ARangeOutsideTheObjectIsTheBucketsToRefuse) {
  put("a/1.tar.gz", 100);
  const auto outside = cache_->get("a/1.tar.gz", protocol::ByteRange{50, 100});
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code(), Code::kUsage);
}

TEST_F(DiskCacheTest, AReaderThatLeavesDoesNotEndTheDownload) {
  put("a/1.tar.gz", 4 * kMiB);
  bucket_->hold_at(kMiB);
  {
    const auto source = source_of("a/1.tar.gz");
    std::byte first{};
    ASSERT_TRUE(source->read(MutableBytes(&first, 1)));
  }
  bucket_->let_all_through();
  EXPECT_TRUE(wait_until([&] { return kept("a/1.tar.gz"); }));
  EXPECT_EQ(bucket_->wholes, 1);
}

TEST_F(DiskCacheTest, TheLeastRecentlyUsedGoesFirstAndWhoReadsItReadsOn) {
  start(3 * kMiB);
  for (const char* key : {"a", "b", "c"}) {
    put(key, kMiB);
    warm(key);
  }
  EXPECT_TRUE(kept("a"));  // that is a use
  const auto source = source_of("b");
  EXPECT_TRUE(kept("c"));
  EXPECT_TRUE(kept("a"));
  const auto before = counts();
  put("d", kMiB);
  warm("d");
  EXPECT_EQ(counts().evictions - before.evictions, 1U);
  EXPECT_EQ(counts().bytes, 3 * kMiB);
  EXPECT_FALSE(kept("b"));
  EXPECT_TRUE(kept("a") && kept("c") && kept("d"));
  EXPECT_TRUE(same(rest_of(*source), bytes_of("b", kMiB)));
  EXPECT_EQ(files().size(), 3U);
  EXPECT_EQ(bucket_->wholes, 4);
}

TEST_F(DiskCacheTest, WhatIsLargerThanTheCachePassesByAndTakesNothingAway) {
  start(kMiB);
  put("small", 600 * kKiB);
  warm("small");
  const std::string large = put("large", kMiB + 1);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(same(read("large"), large));
  EXPECT_FALSE(kept("large"));
  EXPECT_TRUE(kept("small"));
  EXPECT_EQ(bucket_->wholes, 3);
  EXPECT_THAT(warnings_, ElementsAre());
}

TEST_F(DiskCacheTest, ThereIsNeverMoreOnTheDiskThanIsAllowedWhileManyAreFetchedEither) {
  start(2 * kMiB);
  const std::string first = put("first", 1536 * kKiB), second = put("second", 1536 * kKiB);
  bucket_->hold_at(kMiB);
  const auto slow = source_of("first");
  std::thread passing([&] { EXPECT_TRUE(same(read("second"), second)); });
  // It is refused beside the first, whose bytes count already, and comes by a download of its own.
  EXPECT_TRUE(wait_until([&] { return bucket_->wholes == 2; }));
  EXPECT_EQ(unfinished(), 1U);
  bucket_->let_all_through();
  passing.join();
  EXPECT_TRUE(same(rest_of(*slow), first));
  EXPECT_TRUE(wait_until([&] { return kept("first"); }));
  EXPECT_FALSE(kept("second"));
}

TEST_F(DiskCacheTest, ABucketThatFailsMidwayIsAskedForTheRestAndNothingHalfIsKept) {
  const std::string bytes = put("a/1.tar.gz", 3 * kMiB);
  bucket_->fail_at(kMiB + 1);
  EXPECT_TRUE(same(read("a/1.tar.gz"), bytes));
  EXPECT_EQ(bucket_->parts, 1);
  EXPECT_FALSE(kept("a/1.tar.gz"));
  EXPECT_THAT(files(), ElementsAre());
  bucket_->let_all_through();
  warm("a/1.tar.gz");
  EXPECT_EQ(bucket_->wholes, 2);
}

TEST_F(DiskCacheTest, AnObjectThatEndsTooEarlyIsNotKept) {
  const std::string bytes = put("a/1.tar.gz", 3 * kMiB);
  bucket_->end_at(kMiB);
  EXPECT_TRUE(same(read("a/1.tar.gz"), bytes));
  EXPECT_THAT(files(), ElementsAre());
}

TEST_F(DiskCacheTest, ABucketThatStaysAwayMidwayIsAnErrorOfWhoeverReads) {
  put("a/1.tar.gz", 3 * kMiB);
  bucket_->hold_at(kMiB);
  const auto source = source_of("a/1.tar.gz");
  bucket_->away = true;
  bucket_->fail_at(kMiB);
  EXPECT_THAT(rest_of(*source), HasSubstr("does not answer"));
}

TEST_F(DiskCacheTest, ABucketThatIsAwayIsAskedOnceAndSaysSo) {
  put("a/1.tar.gz", 1000);
  bucket_->away = true;
  const auto source = cache_->get("a/1.tar.gz");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code(), Code::kNetwork);
  EXPECT_EQ(bucket_->heads + bucket_->wholes, 1);
}

TEST_F(DiskCacheTest, TheNextProcessFindsWhatIsThereInTheOrderOfItsUse) {
  start(3 * kMiB);
  std::vector<std::string> before;
  const auto two_hours = std::chrono::hours(2);
  for (const char* key : {"a", "b", "c"}) {
    put(key, kMiB);
    warm(key);
    for (const std::string& name : files()) {
      if (std::find(before.begin(), before.end(), name) != before.end()) continue;
      // As if they had been fetched days ago, one after the other.
      std::filesystem::last_write_time(
          directory_ + "/" + name,
          std::filesystem::file_time_type::clock::now() - std::chrono::days(9) + before.size() * two_hours);
      before.push_back(name);
    }
  }
  start(3 * kMiB);
  EXPECT_EQ(counts().bytes, 3 * kMiB);
  EXPECT_TRUE(same(read("a"), bytes_of("a", kMiB)));
  start(3 * kMiB);
  put("d", kMiB);
  warm("d");
  EXPECT_TRUE(kept("a")) << "its last use was written down";
  EXPECT_FALSE(kept("b"));
  EXPECT_EQ(bucket_->wholes, 4);
  start(kMiB);
  EXPECT_EQ(counts().bytes, kMiB) << "a smaller size counts at once";
  EXPECT_FALSE(kept("c"));
}

TEST_F(DiskCacheTest, LeftOversOfAKilledProcessGoAndWhatIsNotOursStays) {
  cache_.reset();
  testing::write_text(directory_ + "/0123456789abcdef0123456789abcdef.part", "half");
  testing::write_text(directory_ + "/README.txt", "somebody's");
  testing::write_text(directory_ + "/thesis.part", "somebody's");
  testing::write_text(directory_ + "/deeper/file", "somebody's");
  start(kKiB);
  put("a", 600);
  warm("a");
  put("b", 600);
  warm("b");
  EXPECT_EQ(unfinished(), 1U);
  EXPECT_THAT(files(), ::testing::IsSupersetOf({"README.txt", "deeper", "thesis.part"}));
  EXPECT_EQ(files().size(), 4U);
}

TEST_F(DiskCacheTest, AnotherStoreThatUsesTheDirectoryLaterFindsNothingOfTheFirst) {
  put("a/1.tar.gz", 1000);
  warm("a/1.tar.gz");
  cache_.reset();
  auto other = open(std::make_shared<ScriptedBucket>("mem://another"), kMiB);
  ASSERT_TRUE(other) << other.error().message();
  cache_ = *other;
  EXPECT_EQ(counts().bytes, 1000U) << "it counts, until its room is needed";
  EXPECT_FALSE(kept("a/1.tar.gz"));
}

TEST_F(DiskCacheTest, WhatWasRemovedOrCutBehindItsBackIsFetchedAgain) {
  const std::string bytes = put("a", 10'000);
  warm("a");
  const std::string file = directory_ + "/" + files().front();
  const std::vector<std::function<void()>> damages = {[&] { std::filesystem::remove(file); },
                                                      [&] { std::filesystem::resize_file(file, 5); }};
  for (const auto& damage : damages) {
    damage();
    EXPECT_TRUE(wait_until([&] { return same(read("a"), bytes) && kept("a"); }));
  }
  EXPECT_EQ(bucket_->wholes, 3);
  EXPECT_EQ(counts().bytes, bytes.size());
}

TEST_F(DiskCacheTest, WhatIsRemovedFromTheBucketIsNotKept) {
  put("a", 1000);
  warm("a");
  ASSERT_TRUE(cache_->remove("a"));
  EXPECT_THAT(files(), ElementsAre());
  EXPECT_EQ(cache_->get("a").error().code(), Code::kNotFound);
}

TEST_F(DiskCacheTest, AFullDiskFailsNoReadAndIsTold) {
  const std::string bytes = put("a", 3 * kMiB);
  bucket_->hold_at(kMiB);
  const auto source = source_of("a");
  ASSERT_TRUE(wait_until([&] { return unfinished() == 1; }));
  disk_.write = ENOSPC;
  bucket_->let_all_through();
  EXPECT_TRUE(same(rest_of(*source), bytes));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(same(read("a"), bytes));
  EXPECT_FALSE(kept("a"));
  EXPECT_THAT(files(), ElementsAre());
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr(directory_), HasSubstr("full")))) << "once";
  disk_.write = 0;
  warm("a");
  disk_.rename = ENOSPC;
  put("b", 1000);
  EXPECT_TRUE(same(read("b"), bytes_of("b", 1000)));
  EXPECT_TRUE(wait_until([&] { return counts().bytes == bytes.size() && unfinished() == 0; }));
}

TEST_F(DiskCacheTest, ADiskThatBecomesReadOnlyGivesWhatItHasAndIsPassedBy) {
  start(kMiB);
  const std::string here = put("here", kMiB);
  warm("here");
  disk_.create = disk_.unlink = EROFS;
  for (const char* key : {"x", "y", "z"}) {
    put(key, 1000);
    EXPECT_TRUE(same(read(key), bytes_of(key, 1000)));
  }
  disk_.create = 0;  // what cannot be evicted stays
  EXPECT_TRUE(same(read("x"), bytes_of("x", 1000)));
  EXPECT_TRUE(kept("here"));
  EXPECT_TRUE(same(read("here"), here));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("read-only")));
  EXPECT_EQ(counts().evictions, 0U);
}

TEST_F(DiskCacheTest, ADirectoryThatCannotBeWrittenIsToldAtTheStart) {
  cache_.reset();
  disk_.create = EROFS;
  const auto opened = open(bucket_, kMiB);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kNotAllowed);
  EXPECT_THAT(opened.error().message(), AllOf(HasSubstr(directory_), HasSubstr("read-only")));
}

TEST_F(DiskCacheTest, ADirectoryIsOfOneProcess) {
  const auto second = open(bucket_, kMiB);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::kConflict);
  EXPECT_THAT(second.error().message(), HasSubstr(directory_));
}

TEST_F(DiskCacheTest, AStoreThatIsNoBucketNeedsNone) {
  cache_.reset();
  const auto opened = open(*open_store(root_ / "store", true), kMiB);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kUsage);
  EXPECT_THAT(opened.error().message(), HasSubstr("directory"));
}

TEST_F(DiskCacheTest, WhatABucketCanDoBesidesItStillCan) {
  auto* const bucket = dynamic_cast<BucketObjects*>(cache_.get());
  ASSERT_NE(bucket, nullptr);
  put(".staging/a", 10);
  ASSERT_TRUE(bucket->copy(".staging/a", "a", 10));
  EXPECT_EQ(read("a").size(), 10U);
  EXPECT_THAT(bucket->signed_url("a", std::chrono::seconds(9)).value(), HasSubstr("Signature="));
  ASSERT_TRUE(bucket->remove_all({".staging/a", "a"}));
  EXPECT_EQ(bucket_->removals, 1);
  EXPECT_EQ(cache_->url(), bucket_->url());
  EXPECT_EQ(dynamic_cast<LocalObjects*>(cache_.get()), nullptr);
}

}  // namespace
}  // namespace tfhub::store
