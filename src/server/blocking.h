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

// The next block of `out`'s stream into out.bytes. False: the store failed, or gave less than it had
// promised.
inline bool read_block(Outgoing& out, size_t most) {
  const size_t wanted = std::min<uint64_t>(out.left, most);
  out.bytes.resize(wanted);
  out.bytes_sent = out.head_size = 0;
  size_t filled = 0;
  while (filled < wanted) {
    const auto got = out.stream->read(std::as_writable_bytes(std::span(out.bytes)).subspan(filled));
    if (!got || *got == 0) return false;
    filled += *got;
  }
  out.left -= wanted;
  return true;
}

}  // namespace tfhub::server
