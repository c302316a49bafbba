#include "os/process.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/interruption.h"
#include "base/text.h"
#include "base/threads.h"
#include "os/file.h"

namespace tfhub::os {
namespace {

// What a waiting thread and the one it waits for share. flock() has no time limit, so it is called in a
// thread of its own; where the waiter gave up, that thread lets the lock go again as soon as it gets it.
struct Wait {
  std::mutex mutex;
  std::condition_variable changed;
  bool given_up = false;
  bool finished = false;
  int error = 0;
};

int flock_retrying(int fd, int operation) {
  while (::flock(fd, operation) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

}  // namespace

std::string host_name() {
  utsname names{};
  ::uname(&names);
  return static_cast<const char*>(names.nodename);
}

std::string boot_id() {
  return std::string(trim(read_file("/proc/sys/kernel/random/boot_id", 4096).value_or("")));
}

pid_t process_id() {
  return ::getpid();
}

bool process_exists(pid_t pid) {
  return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM);
}

Result<std::optional<FileLock>> FileLock::try_lock(UniqueFd fd) {
  const int error = flock_retrying(fd.get(), LOCK_EX | LOCK_NB);
  if (error == EWOULDBLOCK) return std::nullopt;
  if (error != 0) return fail_system(error, "cannot lock a file");
  return FileLock(std::move(fd));
}

// Where no thread is to be had: the lock is tried for again and again.
Result<std::optional<FileLock>> FileLock::lock_by_looking(UniqueFd fd, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < until && !interrupted()) {
    std::this_thread::sleep_for(kInterruptionLatency);
    const int error = flock_retrying(fd.get(), LOCK_EX | LOCK_NB);
    if (error == 0) return FileLock(std::move(fd));
    if (error != EWOULDBLOCK) return fail_system(error, "cannot lock a file");
  }
  return std::nullopt;
}

Result<std::optional<FileLock>> FileLock::lock(UniqueFd fd, std::chrono::milliseconds timeout) {
  const int immediate = flock_retrying(fd.get(), LOCK_EX | LOCK_NB);
  if (immediate == 0) return FileLock(std::move(fd));
  if (immediate != EWOULDBLOCK) return fail_system(immediate, "cannot lock a file");

  // The duplicate shares our lock: a lock taken through it is ours, and ends when both are closed.
  UniqueFd duplicate(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!duplicate) return fail_system(errno, "cannot lock a file");
  auto wait = std::make_shared<Wait>();
  auto waiter = try_thread([wait, waiting = std::make_shared<UniqueFd>(std::move(duplicate))] {
    const int error = flock_retrying(waiting->get(), LOCK_EX);
    const std::lock_guard guard(wait->mutex);
    if (wait->given_up && error == 0) ::flock(waiting->get(), LOCK_UN);
    waiting->reset();
    wait->error = error;
    wait->finished = true;
    wait->changed.notify_one();
  });
  if (!waiter) return lock_by_looking(std::move(fd), timeout);
  waiter->detach();

  const auto until = std::chrono::steady_clock::now() + timeout;
  std::unique_lock guard(wait->mutex);
  while (!wait->finished) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until || interrupted()) {
      wait->given_up = true;
      return std::nullopt;
    }
    wait->changed.wait_until(
        guard, std::min<std::chrono::steady_clock::time_point>(until, now + kInterruptionLatency));
  }
  if (wait->error != 0) return fail_system(wait->error, "cannot lock a file");
  return FileLock(std::move(fd));
}

}  // namespace tfhub::os
