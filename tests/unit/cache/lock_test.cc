#include "cache/lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cache/cache_testing.h"
#include "os/syscalls.h"

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

// A file server's clock may run behind this machine's: the file looks a little older than its writer.
TEST_F(LockTest, AProcessALittleYoungerThanTheFileMayBeItsWriter) {
  const auto before = std::filesystem::file_time_type::clock::now();
  Child writer([] { return ::pause() == 0; });
  const auto after = std::filesystem::file_time_type::clock::now();
  write_lock(os::host_name(), writer.pid(), kUuid);
  std::filesystem::last_write_time(lock_path(), after - std::chrono::seconds(1));
  EXPECT_EQ(standing(), Standing::kUnknown) << "it may live";
  std::filesystem::last_write_time(lock_path(), before - std::chrono::seconds(3));
  EXPECT_EQ(standing(), Standing::kDoubtful);
}

TEST_F(LockTest, ADeadHolderOfOursIsTakenOverAtOnce) {
  const std::string token = new_token();
  write_lock(os::host_name(), dead_pid(), token);
  write_text(staging(token) + "/half", "half a file");
  write_text(m(handle_) + "." + token + ".descriptor", "half a descriptor");
  // At the first look: a foreign one is looked at again and again, for a second.
  int opened = 0, opened_by_one_look = 0, opened_until_taken = 0;
  os::Syscalls counting = os::Syscalls::real();
  counting.openat = [&](int at, const char* path, int flags, mode_t mode) {
    if (path == lock_path()) ++opened;
    return ::openat(at, path, flags, mode);
  };
  counting.renameat2 = [&](int from_at, const char* from, int to_at, const char* to, unsigned flags) {
    if (from == lock_path()) opened_until_taken = opened;
    return ::renameat2(from_at, from, to_at, to, flags);
  };
  const os::ScopedSyscalls scope(counting);
  ASSERT_TRUE(look_at_lock(paths()));
  opened_by_one_look = std::exchange(opened, 0);
  put(handle_);
  EXPECT_EQ(names(), only(handle_));
  ASSERT_GT(opened_by_one_look, 0);
  EXPECT_EQ(opened_until_taken, opened_by_one_look + 1) << "once more, right before it is moved away";
}

TEST_F(LockTest, ADeadTensorflowHubIsTakenOverAfterASecond) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  write_text(staging(kUuid) + "/half", "half a file");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 0.9);
  EXPECT_LT(seconds, kNoLockWaitedFor);
}

TEST_F(LockTest, ATornLockIsTakenOverAfterASecond) {
  write_text(lock_path(), "");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 0.9);
  EXPECT_LT(seconds, kNoLockWaitedFor);
}

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
    EXPECT_LT(seconds_to_fill(), kNoLockWaitedFor);
    EXPECT_FALSE(std::filesystem::exists(nowhere));
    ASSERT_TRUE(cache_.remove(handle_));
  }
}

// The other container's process has no number here, but its download grows: between any two looks, for a
// while.
TEST_F(LockTest, WhatGrowsIsAlive) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  const std::string file = staging(kUuid) + "/growing";
  write_text(file, "x");
  const Stopwatch watch;
  double last_growth = 0;
  os::Syscalls growing = os::Syscalls::real();
  growing.openat = [&](int at, const char* path, int flags, mode_t mode) {
    if (path == lock_path() && watch.seconds() < 1.5) {
      last_growth = watch.seconds();
      std::ofstream(file, std::ios::app) << "x";
    }
    return ::openat(at, path, flags, mode);
  };
  const os::ScopedSyscalls scope(growing);
  put(handle_);
  EXPECT_EQ(names(), only(handle_));
  EXPECT_GT(watch.seconds(), 1.5);
  EXPECT_GT(watch.seconds() - last_growth, 0.9);
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
}

TEST_F(LockTest, AnotherHostsIsTakenOverAfterTheTimeout) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "1.5");
  write_lock("elsewhere", 1, kUuid);
  write_text(staging(kUuid) + "/half", "half a file");
  const double seconds = seconds_to_fill();
  EXPECT_GT(seconds, 1.4);
  EXPECT_LT(seconds, kNoLockWaitedFor);
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

// The one of another taker, who was quicker by a moment: after the last look at the abandoned lock, and
// before the rename that moves it out of the way.
TEST_F(LockTest, TakingAwayPutsAnotherTakersLockBack) {
  write_lock(os::host_name(), dead_pid(), kUuid);
  const auto view = look_at_lock(paths());
  ASSERT_TRUE(view && *view);
  const std::string first = "elsewhere.1." + kUuid, second = "elsewhere.2." + kUuid;
  for (const bool taken_again : {false, true}) {  // by a third one, while the second one's is out of the way
    SCOPED_TRACE(taken_again);
    write_text(lock_path(), (*view)->content);
    int renames = 0;
    os::Syscalls racing = os::Syscalls::real();
    racing.renameat2 = [&](int from_at, const char* from, int to_at, const char* to, unsigned flags) {
      ++renames;
      if (renames == 1) {
        EXPECT_EQ(from, lock_path());
        EXPECT_EQ(read_text(from), (*view)->content);
        write_text(from, first);
      }
      if (renames == 2 && taken_again) write_text(to, second);
      return ::renameat2(from_at, from, to_at, to, flags);
    };
    const os::ScopedSyscalls scope(racing);
    ASSERT_TRUE(take_away(paths(), **view));
    EXPECT_EQ(renames, 2);
    EXPECT_EQ(read_text(lock_path()), taken_again ? second : first);
    EXPECT_EQ(names().size(), 1u);
  }
}

TEST_F(LockTest, ATimeoutThatIsNoNumberIsSaid) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "soon");
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::cache
