// A few threads for calls that may block for long: requests to a bucket, promotions. Threads start when they
// are needed, work is taken in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tfhub {

class BlockingPool {
 public:
  // `waiting`: how many pieces of work may wait for a thread, for those who ask has_room().
  explicit BlockingPool(size_t threads, size_t waiting = SIZE_MAX) : most_(threads), most_waiting_(waiting) {}
  ~BlockingPool();  // finishes what runs, forgets what waits
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Where the system allows no thread at all, `work` is done before this returns.
  void submit(std::function<void()> work);
  // Whether what is submitted now waits for no more than it may. What others submit meanwhile is not counted.
  bool has_room();

 private:
  void run();

  const size_t most_, most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace tfhub
