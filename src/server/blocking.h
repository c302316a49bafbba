// co_await Blocking(pool, worker, work): runs `work` on a thread that may block, and goes on here when it is
// done.
#pragma once

#include <coroutine>
#include <functional>

#include "base/blocking_pool.h"
#include "server/connection.h"
#include "server/worker.h"

namespace tfhub::server {

class Blocking {
 public:
  Blocking(BlockingPool& pool, Worker& worker, std::function<void()> work)
      : pool_(pool), worker_(worker), work_(std::move(work)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    pool_.submit([this, waiter] {
      work_();
      worker_.loop.post([waiter] { waiter.resume(); });
    });
  }
  void await_resume() const noexcept {}

 private:
  BlockingPool& pool_;
  Worker& worker_;
  std::function<void()> work_;
};

}  // namespace tfhub::server
