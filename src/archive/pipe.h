// A pipe between two threads through which a few things go round: one side fills them, the other empties them
// and gives them back. Memory is bounded and nothing is copied; cancel() ends both sides at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace tfhub::archive {

template <typename T>
class Pipe {
 public:
  explicit Pipe(std::vector<T> items) : items_(std::move(items)) {
    for (T& item : items_) free_.push_back(&item);
  }

  // The filling side. What the other side gave back, as it left it; nullptr once cancelled.
  T* acquire() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return cancelled_ || !free_.empty(); });
    if (cancelled_) return nullptr;
    T* const item = free_.back();
    free_.pop_back();
    return item;
  }
  void publish(T* item) {
    {
      const std::lock_guard lock(mutex_);
      full_.push_back(item);
    }
    filled_.notify_one();
  }
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    filled_.notify_one();
  }

  // The emptying side. nullptr at the end, or once cancelled.
  T* take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return cancelled_ || finished_ || !full_.empty(); });
    if (cancelled_ || full_.empty()) return nullptr;
    T* const item = full_.front();
    full_.pop_front();
    return item;
  }
  void release(T* item) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(item);
    }
    freed_.notify_one();
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    freed_.notify_all();
    filled_.notify_all();
  }
  bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::condition_variable filled_;
  std::vector<T> items_;
  std::vector<T*> free_;  // the last one given back is the next one used: it may still be in a core's cache
  std::deque<T*> full_;
  bool finished_ = false;
  bool cancelled_ = false;
};

}  // namespace tfhub::archive
