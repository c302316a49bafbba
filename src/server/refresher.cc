#include "server/refresher.h"

#include "base/error.h"
#include "base/log.h"
#include "base/threads.h"

namespace tfhub::server {
namespace {

std::chrono::milliseconds interval_of(const Hub& hub) {
  using std::chrono::milliseconds;
  if (hub.options.refresh_interval.count() > 0) return hub.options.refresh_interval;
  // Each look at a bucket is a request, which takes a while and may cost something.
  return hub.local != nullptr ? milliseconds(250) : milliseconds(1000);
}

}  // namespace

Refresher::Refresher(Hub& hub) : hub_(hub) {
  const bool near = hub.local != nullptr;
  if (near) refresh();
  auto thread = try_thread([this, near] {
    // What is far may take seconds to be listed; versions are found without that.
    if (!near) refresh();
    index();
    const auto interval = interval_of(hub_);
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
      lock.unlock();
      refresh();
      index();
      lock.lock();
    }
  });
  if (thread) thread_ = std::move(*thread);
}

Refresher::~Refresher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// The lists are there at once; what search needs takes a second or so for thousands of models, and comes
// after.
Result<void> Refresher::look() {
  // Only of a directory: where there was a bucket, a request for what is not there is answered by an error.
  const bool may_go = hub_.local != nullptr;
  if (may_go) TFHUB_TRY(hub_.look_for_mark());
  TFHUB_ASSIGN(const bool looked, hub_.catalog.refresh());
  if (looked) TFHUB_TRY(hub_.site.refresh());
  // Once more: a directory that goes away while it is listed lists as an empty one. And only now, with the
  // lists of what is there, is a hub that was gone one that answers.
  if (may_go) TFHUB_TRY(hub_.look_for_mark());
  hub_.is_back();
  return {};
}

void Refresher::refresh() {
  const Result<void> done = look();
  hub_.refreshed(done.has_value());
  // Once for each time it begins, not four times a second.
  if (!done && !complained_) warn("the catalogue grows old: {}", done.error().message());
  if (done && complained_) warn("the store answers again");
  complained_ = !done;
}

void Refresher::index() {
  const auto done = hub_.site.index();
  if (!done && !index_complained_) warn("search grows old: {}", done.error().message());
  index_complained_ = !done;
}

}  // namespace tfhub::server
