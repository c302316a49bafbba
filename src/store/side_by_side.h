// Work on many objects: in turn where the store is near, many at once where each answer takes a while.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "store/object_store.h"

namespace tfhub::store {

// Calls work(0) … work(count - 1), each once, from as many threads as pay with this store: `Result<void>
// work(size_t)`. Stops at the first failure, which it gives back.
template <typename Work>
Result<void> side_by_side(const ObjectStore& store, size_t count, Work work) {
  constexpr size_t kAtOnce = 24;
  if (dynamic_cast<const BucketObjects*>(&store) == nullptr || count < 2) {
    for (size_t i = 0; i < count; ++i) TFHUB_TRY(work(i));
    return {};
  }
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> failed;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(count, kAtOnce); ++i) {
      threads.emplace_back([&] {
        for (size_t at = next++; at < count; at = next++) {
          auto done = work(at);
          if (done) continue;
          next = count;
          const std::lock_guard lock(mutex);
          if (!failed) failed = std::move(done).error();
          return;
        }
      });
    }
  }
  if (failed) return fail(std::move(*failed));
  return {};
}

}  // namespace tfhub::store
