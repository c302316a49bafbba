// Waiting for somebody else's M.lock: asleep on the kernel lock of one of ours, which wakes us the moment he
// finishes or dies; looking every now and then at tensorflow_hub's, which has none. What is abandoned is
// taken away.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cache/lock.h"

namespace tfhub::cache {

class LockWaiter {
 public:
  // `timeout`: TFHUB_LOCK_TIMEOUT.
  LockWaiter(EntryPaths paths, std::chrono::milliseconds timeout)
      : paths_(std::move(paths)), timeout_(timeout) {}

  enum class Step {
    kFree,      // no lock file any more: try to get it
    kDoubtful,  // still there; settled within a second
    kHeld,      // still there
  };
  // Looks at the lock file and takes it away if it is abandoned; else, with `wait`, waits a while for a
  // change (without, only for a doubtful one). Call it again as long as the lock is wanted.
  Result<Step> step(bool wait);

 private:
  using Clock = std::chrono::steady_clock;
  void begin_watch(const LockView& view);
  void measure(const LockView& view);
  Result<Step> wait_for_kernel_lock();
  void pause();

  EntryPaths paths_;
  std::chrono::milliseconds timeout_;
  // The lock file that is being watched, and the growth of what its holder fills.
  std::optional<std::string> content_;
  uint64_t size_ = 0;
  Clock::time_point grown_, measured_;
  std::chrono::milliseconds pause_{}, slice_{};
};

// The lock, if nobody alive holds it: takes away what is abandoned, waits for nobody else.
Result<std::optional<EntryLock>> lock_if_free(const EntryPaths& paths);

// Without growth for this long, a doubtful holder is dead.
inline constexpr std::chrono::milliseconds kDoubtPatience{1000};

// Bytes in what this holder fills.
uint64_t staging_size(const EntryPaths& paths, const LockView& view);

}  // namespace tfhub::cache
