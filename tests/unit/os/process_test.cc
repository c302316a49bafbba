#include "os/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "testing/kernel_locks.h"
#include "testing/temp_dir.h"
#include "testing/wait_until.h"

namespace tfhub::os {
namespace {

using namespace std::chrono_literals;
using tfhub::testing::TempDir;
using tfhub::testing::wait_until;

UniqueFd open_lock_file(const TempDir& dir) {
  return UniqueFd(::open((dir / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

// A child that holds the lock until it is killed.
pid_t hold_in_child(const TempDir& dir) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto lock = FileLock::try_lock(open_lock_file(dir));
    if (::write(ready[1], lock && *lock ? "y" : "n", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char answer = 0;
  EXPECT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  ::close(ready[0]);
  ::close(ready[1]);
  return child;
}

TEST(FileLock, ExcludesAndEndsWithItsOwner) {
  const TempDir dir;
  {
    auto first = FileLock::try_lock(open_lock_file(dir));
    ASSERT_TRUE(first && *first);
    EXPECT_FALSE(*FileLock::try_lock(open_lock_file(dir)));
  }
  EXPECT_TRUE(*FileLock::try_lock(open_lock_file(dir)));
}

TEST(FileLock, GivesUpAfterItsTimeAndLeavesTheLockToOthers) {
  const TempDir dir;
  {
    auto first = FileLock::try_lock(open_lock_file(dir));
    EXPECT_FALSE(*FileLock::lock(open_lock_file(dir), 20ms));
  }
  auto later = FileLock::lock(open_lock_file(dir), 5s);
  ASSERT_TRUE(later);
  EXPECT_TRUE(*later) << "the waiter that gave up must not keep the lock";
}

TEST(FileLock, AWaiterGetsItWhenTheHolderIsKilled) {
  const TempDir dir;
  const pid_t child = hold_in_child(dir);
  EXPECT_FALSE(*FileLock::try_lock(open_lock_file(dir)));
  ::kill(child, SIGKILL);
  auto lock = FileLock::lock(open_lock_file(dir), 10s);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(*lock);
}

// By nothing else: it would wait for minutes.
TEST(FileLock, AWaiterWakesWhenTheHolderIsKilled) {
  const TempDir dir;
  const pid_t child = hold_in_child(dir);
  std::optional<FileLock> got;
  const auto begin = std::chrono::steady_clock::now();
  std::thread waiter([&] { got = FileLock::lock(open_lock_file(dir), 5min).value(); });
  EXPECT_TRUE(wait_until([&] { return tfhub::testing::somebody_waits_for_lock(dir / "lock"); }));
  ::kill(child, SIGKILL);
  waiter.join();
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(got);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1min);
}

TEST(ProcessExists, KnowsTheLivingAndTheDead) {
  EXPECT_TRUE(process_exists(::getpid()));
  EXPECT_FALSE(process_exists(0));
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(process_exists(child));
}

}  // namespace
}  // namespace tfhub::os
