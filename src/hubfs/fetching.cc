#include "hubfs/fetching.h"

#include "base/interruption.h"

namespace tfhub::hubfs {
namespace {

constexpr size_t kThreads = 4;  // as many requests at a time; more share the same wire

}  // namespace

Fetching::Fetching(transfer::HttpOptions http, uint64_t cache_bytes, const transfer::Tuning& tuning)
    : parts(std::move(http), tuning), cache(cache_bytes), pool_(kThreads) {}

Fetching::~Fetching() {
  stop();
}

void Fetching::submit(std::function<void()> work) {
  pool_.submit([this, work = std::move(work)] {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_.stop_requested()) return;
      ++running_;
    }
    {
      const StopScope scope(stopped_);
      work();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  });
}

void Fetching::stop() {
  std::unique_lock lock(mutex_);
  stop_.request_stop();
  changed_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace tfhub::hubfs
