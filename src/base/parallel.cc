#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/interruption.h"
#include "base/threads.h"

namespace tfhub {
namespace {

// An exception must not leave a thread.
Result<void> guarded(const std::function<Result<void>(size_t)>& f, size_t i) {
  try {
    return f(i);
  } catch (const std::exception& error) {
    return fail(Code::kUnexpected, "an unforeseen failure: {}", error.what());
  }
}

}  // namespace

Result<void> in_parallel(size_t count, unsigned threads, const std::function<Result<void>(size_t)>& f) {
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  Result<void> outcome;
  const auto work = [&] {
    while (!stop) {
      const size_t i = next++;
      if (i >= count) return;
      auto done = guarded(f, i);
      if (done) continue;
      const std::lock_guard guard(mutex);
      if (!stop.exchange(true)) outcome = std::move(done);
    }
  };
  std::vector<std::thread> helpers;
  const size_t wanted = std::min<size_t>(threads, count);
  const auto help = [&work, ours = stop_of_this_thread()] {
    const StopScope scope(ours);
    work();
  };
  for (size_t i = 1; i < wanted; ++i) {
    auto helper = try_thread(help);
    if (!helper) break;  // fewer do the same
    helpers.push_back(std::move(*helper));
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  return outcome;
}

}  // namespace tfhub
