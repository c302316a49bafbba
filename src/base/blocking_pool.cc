#include "base/blocking_pool.h"

#include "base/threads.h"

namespace tfhub {

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BlockingPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (idle_ <= waiting_.size() && threads_.size() < most_)
      if (auto thread = try_thread([this] { run(); })) threads_.push_back(std::move(*thread));
    if (!threads_.empty()) {
      waiting_.push_back(std::move(work));
      wake_.notify_one();
      return;
    }
  }
  // Not one thread to be had: whoever brings the work does it. Slow, but it gets done.
  work();
}

bool BlockingPool::has_room() {
  const std::lock_guard lock(mutex_);
  return waiting_.size() < most_waiting_;
}

void BlockingPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace tfhub
