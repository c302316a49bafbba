// co_await Blocking(worker, work): runs `work` on a thread that may block, and goes on here when it is done.
#pragma once

#include <coroutine>
#include <functional>

#include "server/connection.h"
#include "server/worker.h"

namespace tfhub::server {

class Blocking {
 public:
  Blocking(Worker& worker, std::function<void()> work) : worker_(worker), work_(std::move(work)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    worker_.hub.pool.submit([this, waiter] {
      work_();
      worker_.loop.post([waiter] { waiter.resume(); });
    });
  }
  void await_resume() const noexcept {}

 private:
  Worker& worker_;
  std::function<void()> work_;
};

}  // namespace tfhub::server
