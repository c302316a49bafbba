// M.lock in a bucket: an object that is made only where there is none, and renewed by its holder while he
// works, for no kernel tells of his death there.
//
// It saves work and keeps two from writing into one M/. It cannot be a fence: a holder that stands still for
// longer than others wait for it loses it, and asks before each step that counts.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "cache/bucket/backend.h"
#include "cache/layout.h"

namespace tfhub::cache {

// How often a lock of ours is renewed, and after how long without that it is abandoned.
inline constexpr std::chrono::seconds kRenewal{10};
inline constexpr std::chrono::seconds kRenewalPatience{60};

// How long a lock that says this may stand without a change before it is abandoned. `timeout`:
// TFHUB_LOCK_TIMEOUT, which counts for tensorflow_hub's.
std::chrono::milliseconds lock_patience(const std::string& content, std::chrono::milliseconds timeout);

// A held M.lock; the destructor removes it.
class BucketLock {
 public:
  // Null: somebody has it. An error: the bucket cannot be written.
  static Result<std::unique_ptr<BucketLock>> try_acquire(BucketBackend& bucket, const EntryPaths& names);
  ~BucketLock();
  BucketLock(const BucketLock&) = delete;
  BucketLock& operator=(const BucketLock&) = delete;

  // Whether it is still ours, as far as the last renewal knows; and for certain, by asking the bucket.
  bool seems_held() const { return !lost_; }
  Result<bool> held();

 private:
  BucketLock(BucketBackend& bucket, std::string name, std::string content)
      : bucket_(bucket), name_(std::move(name)), content_(std::move(content)) {}
  void renew(const std::stop_token& stop);

  BucketBackend& bucket_;
  const std::string name_, content_;
  std::atomic<bool> lost_{false};
  std::jthread renewal_;  // last: it ends before the rest does
};

// Somebody else's M.lock, watched until it is gone or abandoned.
class BucketLockWatch {
 public:
  // `timeout`: TFHUB_LOCK_TIMEOUT.
  BucketLockWatch(BucketBackend& bucket, EntryPaths names, std::chrono::milliseconds timeout)
      : bucket_(bucket), names_(std::move(names)), timeout_(timeout) {}

  enum class Step {
    kFree,      // no lock any more: try to get it
    kDoubtful,  // still there; settled within a second
    kHeld,      // still there
  };
  // Looks at the lock and takes it away if it is abandoned.
  Result<Step> look();
  // For the next look; from 50 ms to a second, for each look is a request or two.
  void pause();

 private:
  using Clock = std::chrono::steady_clock;
  Result<std::optional<std::string>> state_of(const std::string& content);
  Result<void> take_away(const std::string& content);

  BucketBackend& bucket_;
  EntryPaths names_;
  std::chrono::milliseconds timeout_;
  std::string seen_;  // the lock and the size of what its holder fills
  Clock::time_point changed_;
  std::chrono::milliseconds pause_{50};
};

// The lock, if nobody alive holds it: takes away what is abandoned, waits for nobody else. Null: held.
Result<std::unique_ptr<BucketLock>> bucket_lock_if_free(BucketBackend& bucket, const EntryPaths& names,
                                                        std::chrono::milliseconds timeout);

}  // namespace tfhub::cache
