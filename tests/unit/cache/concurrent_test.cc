// Many processes, one cache.
#include <latch>

#include "cache/cache_testing.h"
#include "testing/kernel_locks.h"

namespace tfhub::cache {
namespace {

using ConcurrentTest = CacheTest;

// Longer than a fill without it: two that should not run at once, but do, are seen to.
void slow() {
  std::this_thread::sleep_for(milliseconds(30));
}

TEST_F(ConcurrentTest, SixtyFourProcessesFetchOnce) {
  std::vector<Child> children;
  const std::string begun = temp_ / "begun";  // a byte for each
  write_text(begun, "");
  for (int i = 0; i < 64; ++i)
    children.emplace_back([&] {
      std::ofstream(begun, std::ios::app) << "x";
      const auto wait_for_all = [&] {
        if (!wait_until([&] { return read_text(begun).size() == 64; }, std::chrono::minutes(1))) ::_exit(1);
      };
      const auto path =
          cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), wait_for_all));
      return path && *path == m(handle_) && is_complete(handle_);
    });
  for (Child& child : children) EXPECT_TRUE(child.succeeded());
  EXPECT_EQ(count(), "x");
  EXPECT_EQ(names(), only(handle_));
}

TEST_F(ConcurrentTest, ThreadsFetchOnceToo) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  std::latch begun(16);
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      begun.count_down();
      const auto path =
          cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), [&] { begun.wait(); }));
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
      const auto path = cache_.get_or_fill(
          handle_, [&](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
            const bool alone = ::mkdir(busy.c_str(), 0700) == 0;
            const bool good = count().size() == 2;
            auto filled = counting(counter_, fill_with(model_files()), slow)(staging, {});
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

// It waits in the kernel, which wakes it at once (tests/unit/os/process_test.cc).
TEST_F(ConcurrentTest, AWaiterGoesOnWhenTheHolderIsDoneOrDead) {
  for (const bool holder_dies : {false, true}) {
    SCOPED_TRACE(holder_dies);
    std::filesystem::remove_all(cache_.directory());
    std::filesystem::remove(counter_);
    const auto waited_for = [&] { return tfhub::testing::somebody_waits_for_lock(m(handle_) + ".lock"); };
    Child holder([&] {
      return cache_
          .get_or_fill(handle_, counting(counter_, fill_with({{"saved_model.pb", "the holder's"}}),
                                         [&] {
                                           if (holder_dies) until_killed();
                                           if (!wait_until(waited_for)) ::_exit(1);
                                         }))
          .has_value();
    });
    ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
    Child waiter([&] {
      return cache_.get_or_fill(handle_, fill_with({{"saved_model.pb", "the waiter's"}})).has_value();
    });
    if (holder_dies) {
      EXPECT_TRUE(wait_until(waited_for));
      EXPECT_TRUE(holder.kill_now());
    } else {
      EXPECT_TRUE(holder.succeeded());
    }
    Stopwatch watch;
    EXPECT_TRUE(waiter.succeeded());
    EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
    EXPECT_EQ(names(), only(handle_));
    EXPECT_EQ(read_text(m(handle_) + "/saved_model.pb"), holder_dies ? "the waiter's" : "the holder's");
  }
}

// tensorflow_hub holds no kernel lock: it is looked for. This one takes longer than one that may be dead is
// given.
TEST_F(ConcurrentTest, WaitsForALiveTensorflowHub) {
  const std::string token = "5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10", waiting = temp_ / "waiting";
  std::filesystem::create_directories(cache_.directory());
  Child other([&] {
    write_text(m(handle_) + ".lock", fmt::format("{}.{}.{}", os::host_name(), ::getpid(), token));
    const std::string staging = m(handle_) + "." + token + ".tmp";
    write_text(staging + "/saved_model.pb", "theirs");
    if (!wait_until([&] { return std::filesystem::exists(waiting); })) return false;
    std::this_thread::sleep_for(milliseconds(1300));
    write_text(m(handle_) + ".descriptor.txt",
               "Module: " + handle_ + "\nDownload Time: x\nDownloader Hostname: y");
    std::filesystem::rename(staging, m(handle_));
    std::filesystem::remove(m(handle_) + ".lock");
    return true;
  });
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(m(handle_) + ".lock"); }));
  const OnWaiting said([&] { write_text(waiting, ""); });
  Stopwatch watch;
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_GT(watch.seconds(), 1.2);
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
  EXPECT_EQ(read_text(*path + "/saved_model.pb"), "theirs");
}

// One of ours that stands still is given up in the end, and gets the other's model when it goes on.
TEST_F(ConcurrentTest, AHolderThatStandsStillIsGivenUp) {
  Child holder([&] {
    const auto path = cache_.get_or_fill(
        handle_, counting(counter_, fill_with({{"saved_model.pb", "late"}}), [] { ::raise(SIGSTOP); }));
    return path && read_text(*path + "/saved_model.pb") == "graph";
  });
  ASSERT_TRUE(holder.has_stopped());
  {
    const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "0.4");
    Stopwatch watch;
    put(handle_);
    EXPECT_GT(watch.seconds(), 0.35);
    EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
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
      return cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), until_killed))
          .has_value();
    });
    ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
    ASSERT_TRUE(dead.kill_now());
    std::vector<Child> children;
    for (int i = 0; i < 12; ++i)
      children.emplace_back([&] {
        return cache_.get_or_fill(handle_, counting(counter_, fill_with(model_files()), slow)).has_value();
      });
    for (Child& child : children) EXPECT_TRUE(child.succeeded());
    EXPECT_EQ(count(), "xx");
    EXPECT_EQ(names(), only(handle_));
  }
}

// A child that was forked while its parent held the lock has a copy of the kernel lock, and outlives it.
TEST_F(ConcurrentTest, AForkedChildDoesNotKeepTheLock) {
  std::optional<Child> bystander;
  const auto path =
      cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
        bystander.emplace([] { return ::pause() == 0; });
        Child waiter([&] { return true; });
        TFHUB_TRY(write_files(staging, model_files()));
        return fail(Code::kNetwork, "down");
      });
  ASSERT_FALSE(path);
  Stopwatch watch;
  put(handle_);
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
}

}  // namespace
}  // namespace tfhub::cache
