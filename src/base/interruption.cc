#include "base/interruption.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/error.h"

namespace tfhub {
namespace {

std::atomic<bool> everything{false};
thread_local const std::stop_token* this_call = nullptr;

}  // namespace

StopScope::StopScope(const std::stop_token* stop) : before_(std::exchange(this_call, stop)) {}

StopScope::~StopScope() {
  this_call = before_;
}

const std::stop_token* stop_of_this_thread() {
  return this_call;
}

void interrupt_everything() noexcept {
  everything.store(true, std::memory_order_relaxed);
}

bool interrupted() {
  return everything.load(std::memory_order_relaxed) || (this_call != nullptr && this_call->stop_requested());
}

Result<void> check_interrupted() {
  if (interrupted()) return fail(Code::kUnexpected, "interrupted; nothing was left behind");
  return {};
}

void pause_for(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!interrupted()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, kInterruptionLatency));
  }
}

}  // namespace tfhub
