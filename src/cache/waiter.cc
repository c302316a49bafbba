#include "cache/waiter.h"

#include <algorithm>

#include "base/error.h"
#include "base/interruption.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{2}, kLongestPause{250};
constexpr milliseconds kFirstSlice{500};

}  // namespace

uint64_t staging_size(const EntryPaths& paths, const LockView& view) {
  return view.owner ? os::tree_size(paths.staging(view.owner->token)) : 0;
}

void LockWaiter::begin_watch(const LockView& view) {
  if (content_ == view.content) return;
  log(LogLevel::kInfo, "{} is being filled by {}; waiting", paths_.model(), printable(view.content));
  content_ = view.content;
  size_ = staging_size(paths_, view);
  grown_ = measured_ = Clock::now();
  pause_ = kFirstPause;
  slice_ = kFirstSlice;
}

// The time without growth is measured - grown. A model may have many files, so it is not counted more often
// than the decision needs.
void LockWaiter::measure(const LockView& view) {
  const milliseconds gap =
      view.standing == Standing::kDoubtful
          ? kDoubtPatience
          : std::clamp<milliseconds>(timeout_ / 10, milliseconds(50), milliseconds(30000));
  const auto now = Clock::now();
  if (now - measured_ < gap) return;
  measured_ = now;
  const uint64_t size = staging_size(paths_, view);
  if (size != size_) grown_ = now;
  size_ = size;
}

void LockWaiter::pause() {
  pause_for(pause_);
  pause_ = std::min(pause_ * 2, kLongestPause);
}

// A slice grows with the waiting: each one that ends in vain leaves a sleeping thread behind
// (os::FileLock::lock). That it ends at all is for the sake of what no kernel lock tells: that M is there
// already, or that nothing grows.
Result<LockWaiter::Step> LockWaiter::wait_for_kernel_lock() {
  auto fd = os::open_read(paths_.lock());
  if (!fd && fd.error().code() == Code::kNotFound) return Step::kFree;
  if (!fd) return fail(std::move(fd).error());
  TFHUB_TRY(os::FileLock::lock(std::move(*fd), slice_));
  slice_ = std::max(milliseconds(20), std::min(slice_ * 2, timeout_ / 4));
  return Step::kHeld;
}

Result<LockWaiter::Step> LockWaiter::step(bool wait) {
  TFHUB_TRY(check_interrupted());
  TFHUB_ASSIGN(auto view, look_at_lock(paths_));
  if (!view) return Step::kFree;
  begin_watch(*view);
  measure(*view);

  const Clock::duration idle = measured_ - grown_;
  const milliseconds patience = view->standing == Standing::kDead       ? milliseconds(0)
                                : view->standing == Standing::kDoubtful ? std::min(kDoubtPatience, timeout_)
                                                                        : timeout_;
  if (idle >= patience) {
    log(LogLevel::kInfo, "taking over the abandoned lock {} ({})", paths_.lock(), printable(view->content));
    TFHUB_TRY(take_away(paths_, *view));
    content_.reset();
    return Step::kFree;
  }
  const Standing standing = view->standing;
  view.reset();  // lets the kernel lock go: others may look too
  if (standing == Standing::kDoubtful) {
    pause();
    return Step::kDoubtful;
  }
  if (!wait) return Step::kHeld;
  if (standing == Standing::kAlive) return wait_for_kernel_lock();
  pause();
  return Step::kHeld;
}

Result<std::optional<EntryLock>> lock_if_free(const EntryPaths& paths) {
  TFHUB_ASSIGN(const milliseconds timeout, get_seconds(settings::kLockTimeout));
  LockWaiter waiter(paths, timeout);
  while (true) {
    TFHUB_ASSIGN(auto lock, EntryLock::try_acquire(paths));
    if (lock) return lock;
    LockWaiter::Step step;
    do {
      TFHUB_ASSIGN(step, waiter.step(false));
    } while (step == LockWaiter::Step::kDoubtful);
    if (step == LockWaiter::Step::kHeld) return std::nullopt;
  }
}

}  // namespace tfhub::cache
