#include "cache/bucket/lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "base/interruption.h"
#include "base/threads.h"
#include "cache/lock.h"
#include "cache/waiter.h"
#include "os/process.h"

namespace tfhub::cache {
namespace {

constexpr std::chrono::milliseconds kLongestPause{1000};

// Sleeps for `time`; false: it was asked to stop.
bool sleep_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

std::chrono::milliseconds lock_patience(const std::string& content, std::chrono::milliseconds timeout) {
  const auto owner = parse_lock(content);
  if (!owner) return timeout;
  // Two containers may share a host name; if this one lives, it finds its lock gone and leaves M/ alone.
  if (owner->host == os::host_name() && !os::process_exists(owner->pid)) return kDoubtPatience;
  return is_our_token(owner->token) ? std::min<std::chrono::milliseconds>(timeout, kRenewalPatience)
                                    : timeout;
}

Result<std::unique_ptr<BucketLock>> BucketLock::try_acquire(BucketBackend& bucket, const EntryPaths& names) {
  std::string content = fmt::format("{}.{}.{}", os::host_name(), os::process_id(), new_token());
  TFHUB_ASSIGN(const bool taken, bucket.write_if_absent(names.lock(), content));
  if (!taken) return nullptr;
  std::unique_ptr<BucketLock> lock(new BucketLock(bucket, names.lock(), std::move(content)));
  // A lock that nobody renews would be taken away from us.
  try {
    lock->renewal_ = std::jthread([&held = *lock](const std::stop_token& stop) { held.renew(stop); });
  } catch (const std::system_error&) {
    return fail(no_thread_error());
  }
  return lock;
}

BucketLock::~BucketLock() {
  renewal_.request_stop();
  if (renewal_.joinable()) renewal_.join();
  if (const auto still = held(); still && *still) (void)bucket_.remove({name_});
}

Result<bool> BucketLock::held() {
  TFHUB_ASSIGN(const auto there, bucket_.read(name_));
  if (there != content_) lost_ = true;
  return !lost_;
}

// A bucket that does not answer now is asked again: the others see no change meanwhile and wait, for a while.
void BucketLock::renew(const std::stop_token& stop) {
  while (sleep_for(kRenewal, stop)) {
    const auto still = held();
    if (still && !*still) return;
    MemorySource content(as_bytes(content_));
    if (still) (void)bucket_.write(name_, content);
  }
}

// What changes while the holder lives; nothing: the lock is gone.
Result<std::optional<std::string>> BucketLockWatch::state_of(const std::string& content) {
  TFHUB_ASSIGN(const auto lock, bucket_.look(names_.lock()));
  if (!lock) return std::nullopt;
  std::string state = fmt::format("{} {}", content, lock->modified.time_since_epoch().count());
  const auto owner = parse_lock(content);
  if (owner && !is_our_token(owner->token)) {
    TFHUB_ASSIGN(const auto filled, bucket_.list(names_.staging(owner->token) + "/"));
    uint64_t size = 0;
    for (const BucketObject& object : filled) size += object.size;
    state += fmt::format(" {} {}", filled.size(), size);
  }
  return state;
}

Result<BucketLockWatch::Step> BucketLockWatch::look() {
  TFHUB_TRY(check_interrupted());
  TFHUB_ASSIGN(const auto content, bucket_.read(names_.lock()));
  if (!content) return Step::kFree;
  TFHUB_ASSIGN(const auto state, state_of(*content));
  if (!state) return Step::kFree;
  const Clock::time_point now = Clock::now();
  if (*state != seen_) {
    seen_ = *state;
    changed_ = now;
  }
  const auto patient = lock_patience(*content, timeout_);
  if (now - changed_ >= patient) {
    TFHUB_TRY(take_away(*content));
    return Step::kFree;
  }
  return patient <= kDoubtPatience ? Step::kDoubtful : Step::kHeld;
}

void BucketLockWatch::pause() {
  pause_for(pause_);
  pause_ = std::min(pause_ * 2, kLongestPause);
}

// Another may have taken it away meanwhile, and hold one of his own by now. Between this look and the removal
// lies a moment; whoever loses his lock in it notices before he commits.
Result<void> BucketLockWatch::take_away(const std::string& content) {
  if (const auto owner = parse_lock(content); owner && !is_our_token(owner->token)) {
    TFHUB_ASSIGN(const auto filled, bucket_.list(names_.staging(owner->token) + "/"));
    std::vector<std::string> names;
    for (const BucketObject& object : filled) names.push_back(object.name);
    TFHUB_TRY(bucket_.remove(names));
  }
  TFHUB_ASSIGN(const auto there, bucket_.read(names_.lock()));
  if (there != content) return {};
  return bucket_.remove({names_.lock()});
}

Result<std::unique_ptr<BucketLock>> bucket_lock_if_free(BucketBackend& bucket, const EntryPaths& names,
                                                        std::chrono::milliseconds timeout) {
  BucketLockWatch watch(bucket, names, timeout);
  while (true) {
    TFHUB_ASSIGN(auto lock, BucketLock::try_acquire(bucket, names));
    if (lock) return lock;
    TFHUB_ASSIGN(const auto step, watch.look());
    if (step == BucketLockWatch::Step::kHeld) return nullptr;
    if (step == BucketLockWatch::Step::kDoubtful) watch.pause();
  }
}

}  // namespace tfhub::cache
