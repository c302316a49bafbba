#include "server/refresher.h"

#include "base/error.h"
#include "base/log.h"
#include "server/threads.h"

namespace tfhub::server {
namespace {
constexpr std::chrono::milliseconds kInterval{250};
}

Refresher::Refresher(Hub& hub) : hub_(hub) {
  refresh();
  thread_ = quiet_thread([this] {
    index();
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      lock.unlock();
      refresh();
      index();
      lock.lock();
    }
  });
}

Refresher::~Refresher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

// The lists are there at once; what search needs takes a second or so for thousands of models, and comes
// after.
Result<void> Refresher::look() {
  TFHUB_ASSIGN(const bool looked, hub_.catalog.refresh());
  if (looked) TFHUB_TRY(hub_.site.refresh());
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
