// Dear work in threads that others need too: one at a time does it, a few may wait for their turn, and who
// comes when as many wait is told so instead of taking another thread. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

namespace tfhub::server {

class Turns {
 public:
  explicit Turns(size_t most_waiting) : most_waiting_(most_waiting) {}

  class Turn {
   public:
    explicit Turn(Turns& turns) : turns_(&turns) {}
    Turn(Turn&& other) noexcept : turns_(other.turns_) { other.turns_ = nullptr; }
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->end();
    }

   private:
    Turns* turns_;
  };
  // Waits for the turns before it. Nothing: too many wait.
  std::optional<Turn> take() {
    std::unique_lock lock(mutex_);
    if (waiting_ >= most_waiting_) return std::nullopt;
    ++waiting_;
    free_.wait(lock, [this] { return !taken_; });
    --waiting_;
    taken_ = true;
    return Turn(*this);
  }

 private:
  void end() {
    {
      const std::lock_guard lock(mutex_);
      taken_ = false;
    }
    free_.notify_one();
  }

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable free_;
  size_t waiting_ = 0;
  bool taken_ = false;
};

}  // namespace tfhub::server
