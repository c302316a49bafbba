// A few threads for calls that may block for long: requests to a bucket, promotions. Threads start when they
// are needed, work is taken in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tfhub {

class BlockingPool {
 public:
  explicit BlockingPool(size_t threads) : most_(threads) {}
  ~BlockingPool();  // finishes what runs, forgets what waits
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Where the system allows no thread at all, `work` is done before this returns.
  void submit(std::function<void()> work);

 private:
  void run();

  const size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace tfhub
