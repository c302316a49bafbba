#include "cache/lock.h"

#include <sys/stat.h>

#include "cache/cache_testing.h"

namespace tfhub::cache {
namespace {

// A token as Python's uuid.uuid4().hex gives it: the lock is tensorflow_hub's.
const std::string kUuid = "5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10";

class LockTest : public CacheTest {
 protected:
  void SetUp() override { std::filesystem::create_directories(cache_.directory()); }
  std::string lock_path() const { return m(handle_) + ".lock"; }
  std::string staging(const std::string& token) const { return m(handle_) + "." + token + ".tmp"; }
  void write_lock(const std::string& host, pid_t pid, const std::string& token) {
    write_text(lock_path(), fmt::format("{}.{}.{}", host, pid, token));
  }
  EntryPaths paths() const { return entry_paths(cache_.directory(), handle_).value(); }
  Standing standing() const { return look_at_lock(paths()).value().value().standing; }
  // Of a process that is gone.
  static pid_t dead_pid() {
    Child child([] { return true; });
    const pid_t pid = child.pid();
    EXPECT_TRUE(child.succeeded());
    return pid;
  }
  double seconds_to_fill() {
    Stopwatch watch;
    put(handle_);
    EXPECT_EQ(names(), only(handle_));
    return watch.seconds();
  }
};

TEST_F(LockTest, ContentIsReadFromTheRight) {
  const auto owner = parse_lock("node-1.example.org.4711." + kUuid);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->host, "node-1.example.org");
  EXPECT_EQ(owner->pid, 4711);
  EXPECT_EQ(owner->token, kUuid);
  for (const std::string& text : {std::string(), std::string("a.b.c"), "host.12x." + kUuid, "12." + kUuid,
                                  kUuid, "host.12." + kUuid + "\n"})
    EXPECT_FALSE(parse_lock(text)) << text;
}

TEST_F(LockTest, OneHolderAtATime) {
  auto first = EntryLock::try_acquire(paths());
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(standing(), Standing::kAlive);
  auto second = EntryLock::try_acquire(paths());
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  EXPECT_EQ(names().size(), 1u) << "the loser leaves nothing";
  first = fail(Code::kUnexpected, "let go");
  EXPECT_EQ(names().size(), 0u);
}

TEST_F(LockTest, WhoCanBeDead) {
  const std::string here = os::host_name();
  const std::string ours = new_token();
  write_lock(here, dead_pid(), ours);
  EXPECT_EQ(standing(), Standing::kDead);
  write_lock(here, dead_pid(), kUuid);
  EXPECT_EQ(standing(), Standing::kDoubtful);
  write_lock(here, ::getpid(), kUuid);
  EXPECT_EQ(standing(), Standing::kUnknown);
  write_lock(here, ::getpid(), ours);
  EXPECT_EQ(standing(), Standing::kDoubtful) << "ours without its kernel lock: the number is used again";
  write_lock(here + ".elsewhere", dead_pid(), ours);
  EXPECT_EQ(standing(), Standing::kUnknown);
  write_text(lock_path(), "");
  EXPECT_EQ(standing(), Standing::kDoubtful) << "cut by a crash";
}

TEST_F(LockTest, AProcessYoungerThanTheFileIsNotItsWriter) {
  write_lock(os::host_name(), ::getpid(), kUuid);
  std::filesystem::last_write_time(
      lock_path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 400));
  EXPECT_EQ(standing(), Standing::kDoubtful);
  write_lock(os::host_name(), ::getpid(), new_token());
  std::filesystem::last_write_time(
      lock_path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 400));
  EXPECT_EQ(standing(), Standing::kDead);
}

TEST_F(LockTest, ADeadHolderOfOursIsTakenOverAtOnce) {
  const std::string token = new_token();
  write_lock(os::host_name(), dead_pid(), token);
  write_text(staging(token) + "/half", "half a file");
  write_text(m(handle_) + "." + token + ".descriptor", "half a descriptor");
  EXPECT_LT(seconds_to_fill(), 0.9);  // not after a second, as a foreign one is
}

TEST_F(LockTest, ADeadTensorflowHubIsTakenOverAfterASecond) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  write_text(staging(kUuid) + "/half", "half a file");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 0.9);
  EXPECT_LT(seconds, 5);
}

TEST_F(LockTest, ATornLockIsTakenOverAfterASecond) {
  write_text(lock_path(), "");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 0.9);
  EXPECT_LT(seconds, 5);
}

// The other container's process has no number here, but its download grows.
// A shared temporary directory: anybody may put anything where the lock should be.
TEST_F(LockTest, WhatIsNoLockFileIsNoTrap) {
  const std::string lock = lock_path(), nowhere = cache_.directory() + "/nowhere";
  const std::vector<std::function<void()>> plants = {
      [&] { ASSERT_EQ(::symlink(nowhere.c_str(), lock.c_str()), 0); },
      [&] { ASSERT_EQ(::mkfifo(lock.c_str(), 0644), 0); },
      [&] { ASSERT_EQ(::mkdir(lock.c_str(), 0755), 0); },
      [&] { write_text(lock, std::string(100'000, 'x')); },
  };
  for (const auto& plant : plants) {
    plant();
    const double seconds = seconds_to_fill();
    EXPECT_LT(seconds, 5);
    EXPECT_FALSE(os::exists(nowhere));
    ASSERT_TRUE(cache_.remove(handle_));
  }
}

TEST_F(LockTest, WhatGrowsIsAlive) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  const std::string file = staging(kUuid) + "/growing";
  write_text(file, "x");
  Child other([&] {
    for (int i = 0; i < 4; ++i) {
      std::this_thread::sleep_for(milliseconds(500));
      std::ofstream(file, std::ios::app) << "x";
    }
    return true;
  });
  EXPECT_GT(seconds_to_fill(), 2.5);
}

TEST_F(LockTest, AnotherHostsIsTakenOverAfterTheTimeout) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "1.5");
  write_lock("elsewhere", 1, kUuid);
  write_text(staging(kUuid) + "/half", "half a file");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 1.4);
  EXPECT_LT(seconds, 4);
}

TEST_F(LockTest, ATensorflowHubThatStandsStillKeepsItsDirectory) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "0.3");
  Child other([] { return ::pause() == 0; });
  write_lock(os::host_name(), other.pid(), kUuid);
  write_text(staging(kUuid) + "/half", "half a file");
  put(handle_);
  EXPECT_TRUE(std::filesystem::exists(staging(kUuid) + "/half")) << "it may yet come to an end";
  EXPECT_FALSE(std::filesystem::exists(lock_path()));
}

TEST_F(LockTest, TakingAwayLeavesAStrangersLockAlone) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  const auto view = look_at_lock(paths());
  ASSERT_TRUE(view && *view);
  std::filesystem::remove(lock_path());
  write_lock("elsewhere", 1, kUuid);
  ASSERT_TRUE(take_away(paths(), **view));
  EXPECT_EQ(read_text(lock_path()), "elsewhere.1." + kUuid);
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(LockTest, ATimeoutThatIsNoNumberIsSaid) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "soon");
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::cache
