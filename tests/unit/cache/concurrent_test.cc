// Many processes, one cache.
#include "cache/cache_testing.h"

namespace tfhub::cache {
namespace {

using ConcurrentTest = CacheTest;

TEST_F(ConcurrentTest, SixtyFourProcessesFetchOnce) {
  std::vector<Child> children;
  for (int i = 0; i < 64; ++i)
    children.emplace_back([&] {
      const auto path =
          cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), milliseconds(100)));
      return path && *path == m(handle_) && is_complete(handle_);
    });
  for (Child& child : children) EXPECT_TRUE(child.succeeded());
  EXPECT_EQ(count(), "x");
  EXPECT_EQ(names(), only(handle_));
}

TEST_F(ConcurrentTest, ThreadsFetchOnceToo) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      const auto path =
          cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), milliseconds(50)));
      if (path && *path == m(handle_)) ++right;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 16);
  EXPECT_EQ(count(), "x");
  EXPECT_EQ(names(), only(handle_));
}

TEST_F(ConcurrentTest, WaitersTryThemselvesOneAtATimeWhenTheHolderFails) {
  std::vector<Child> children;
  const std::string busy = temp_ / "busy";
  for (int i = 0; i < 6; ++i)
    children.emplace_back([&] {
      const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging) -> Result<Filled> {
        const bool alone = ::mkdir(busy.c_str(), 0700) == 0;
        const bool good = count().size() == 2;
        auto filled = counting(counter_, fill_with(model_files()), milliseconds(30))(staging);
        ::rmdir(busy.c_str());
        if (!alone) write_text(temp_ / "two at once", "");
        if (!good) return fail(Code::kNetwork, "not yet");
        return filled;
      });
      return path.has_value();
    });
  int succeeded = 0;
  for (Child& child : children) succeeded += child.succeeded() ? 1 : 0;
  EXPECT_EQ(succeeded, 4);
  EXPECT_EQ(count(), "xxx");
  EXPECT_FALSE(std::filesystem::exists(temp_ / "two at once"));
  EXPECT_EQ(names(), only(handle_));
}

// How long after the holder is done, or dead, does a waiter know?
TEST_F(ConcurrentTest, WaitersWakeAtOnce) {
  for (const bool holder_dies : {false, true}) {
    std::filesystem::remove_all(cache_.directory());
    std::filesystem::remove(counter_);
    Child holder([&] {
      return cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), milliseconds(700)))
          .has_value();
    });
    ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
    Stopwatch watch;
    Child waiter([&] { return cache_.get_or_fill(handle_, fill_with(model_files())).has_value(); });
    if (holder_dies) {
      std::this_thread::sleep_for(milliseconds(200));
      EXPECT_TRUE(holder.kill_now());
    } else {
      EXPECT_TRUE(holder.succeeded());
    }
    Stopwatch woken;
    EXPECT_TRUE(waiter.succeeded());
    EXPECT_LT(woken.seconds(), 0.9) << holder_dies;  // not only when a wait of a second or more is over
    EXPECT_EQ(names(), only(handle_));
  }
}

// tensorflow_hub holds no kernel lock: it is looked for.
TEST_F(ConcurrentTest, WaitsForALiveTensorflowHub) {
  const std::string token = "5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10";
  std::filesystem::create_directories(cache_.directory());
  Child other([&] {
    write_text(m(handle_) + ".lock", fmt::format("{}.{}.{}", os::host_name(), ::getpid(), token));
    const std::string staging = m(handle_) + "." + token + ".tmp";
    write_text(staging + "/saved_model.pb", "theirs");
    std::this_thread::sleep_for(milliseconds(1300));
    write_text(m(handle_) + ".descriptor.txt",
               "Module: " + handle_ + "\nDownload Time: x\nDownloader Hostname: y");
    std::filesystem::rename(staging, m(handle_));
    std::filesystem::remove(m(handle_) + ".lock");
    return true;
  });
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(m(handle_) + ".lock"); }));
  Stopwatch watch;
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_GT(watch.seconds(), 1);
  EXPECT_LT(watch.seconds(), 2.2);
  EXPECT_EQ(read_text(*path + "/saved_model.pb"), "theirs");
}

// One of ours that stands still is given up in the end, and gets the other's model when it goes on.
TEST_F(ConcurrentTest, AHolderThatStandsStillIsGivenUp) {
  Child holder([&] {
    const auto path = cache_.get_or_fill(
        handle_, counting(counter_, fill_with({{"saved_model.pb", "late"}}), milliseconds(100)));
    return path && read_text(*path + "/saved_model.pb") == "graph";
  });
  ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
  holder.signal(SIGSTOP);
  {
    const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "0.4");
    Stopwatch watch;
    put(handle_);
    EXPECT_GT(watch.seconds(), 0.35);
    EXPECT_LT(watch.seconds(), 2);
  }
  holder.signal(SIGCONT);
  EXPECT_TRUE(holder.succeeded());
  EXPECT_EQ(names(), only(handle_));
  EXPECT_TRUE(is_complete(handle_));
}

// Takers of one stale lock do not take each other's.
TEST_F(ConcurrentTest, OneOfManyTakersFetches) {
  for (int round = 0; round < 10; ++round) {
    std::filesystem::remove_all(cache_.directory());
    std::filesystem::remove(counter_);
    Child dead([&] {
      return cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), milliseconds(10000)))
          .has_value();
    });
    ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
    ASSERT_TRUE(dead.kill_now());
    std::vector<Child> children;
    for (int i = 0; i < 12; ++i)
      children.emplace_back([&] {
        return cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), milliseconds(20)))
            .has_value();
      });
    for (Child& child : children) EXPECT_TRUE(child.succeeded());
    EXPECT_EQ(count(), "xx");
    EXPECT_EQ(names(), only(handle_));
  }
}

// A child that was forked while its parent held the lock has a copy of the kernel lock, and outlives it.
TEST_F(ConcurrentTest, AForkedChildDoesNotKeepTheLock) {
  std::optional<Child> bystander;
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging) -> Result<Filled> {
    bystander.emplace([] { return ::pause() == 0; });
    Child waiter([&] { return true; });
    TFHUB_TRY(write_files(staging, model_files()));
    return fail(Code::kNetwork, "down");
  });
  ASSERT_FALSE(path);
  Stopwatch watch;
  put(handle_);
  EXPECT_LT(watch.seconds(), 0.5);
}

}  // namespace
}  // namespace tfhub::cache
