// Work on a whole store: several threads that stop at the first error, and one count of bytes for whoever
// watches.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/progress.h"
#include "tfhub/result.h"

namespace tfhub::catalog {

// What the caller of such work wants to hear and to say; both may be empty.
struct LongWork {
  Progress* progress = nullptr;
  std::function<Result<void>()> go_on;  // asked now and then; its error ends the work

  Result<void> check() const { return go_on ? go_on() : Result<void>(); }
};

// Thread-safe.
class Meter {
 public:
  Meter(std::string what, std::optional<uint64_t> total, const LongWork& work)
      : what_(std::move(what)), total_(total), work_(work) {}
  // So many bytes more are done. The error is go_on()'s.
  Result<void> add(uint64_t bytes);

 private:
  const std::string what_;
  const std::optional<uint64_t> total_;
  const LongWork& work_;
  std::mutex mutex_;
  uint64_t done_ = 0;
};

// Calls f(0) to f(count - 1), each once, at most `threads` at a time. After an error no other begins; the
// first one is given back.
Result<void> in_parallel(size_t count, unsigned threads, const std::function<Result<void>(size_t)>& f);

}  // namespace tfhub::catalog
