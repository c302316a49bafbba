// Work on a whole store: who watches it, who may end it, and one count of bytes.
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

}  // namespace tfhub::catalog
