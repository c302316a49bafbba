#include "server/refresher.h"

#include "base/log.h"
#include "server/threads.h"

namespace tfhub::server {
namespace {
constexpr std::chrono::milliseconds kInterval{250};
}

Refresher::Refresher(Hub& hub) : hub_(hub) {
  refresh();
  thread_ = quiet_thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      lock.unlock();
      refresh();
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

void Refresher::refresh() {
  const auto done = hub_.catalog.refresh();
  hub_.refreshed(done.has_value());
  // Once for each time it begins, not four times a second.
  if (!done && !complained_) warn("the catalogue grows old: {}", done.error().message());
  if (done && complained_) warn("the store answers again");
  complained_ = !done;
}

}  // namespace tfhub::server
