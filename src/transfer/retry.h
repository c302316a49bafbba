// When a failed try is made again: exponential backoff with full jitter, the server's Retry-After, and bounds
// that hold whatever the server does.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "transfer/failure.h"
#include "transfer/tuning.h"

namespace tfhub::transfer {

using Clock = std::chrono::steady_clock;

// The end of the time a caller gave us, if it gave one.
struct Deadline {
  std::optional<Clock::time_point> at;
  std::chrono::milliseconds given{0};

  static Deadline after(std::chrono::milliseconds total);  // 0: none
  bool passed(Clock::time_point now) const { return at && now >= *at; }
  Failure failure(const std::string& url) const;
};

class RetryBudget {
 public:
  RetryBudget(int retries, const Tuning& tuning, const Deadline& deadline)
      : retries_(retries), tuning_(tuning), deadline_(deadline) {}

  // Whether to try again after `failure`. If so, it has slept. Never past the deadline: when the pause would
  // end after it, there is no further try.
  bool try_again(const Failure& failure);

  // `bytes` of new body have arrived: the count of tries begins anew. A server that cuts after every few
  // bytes is not followed for ever: beyond kFreeCuts, each further cut must be paid for by kBytesPerCut on
  // average.
  void progressed(uint64_t bytes);

  int tries() const { return tries_; }  // made without progress, the one under way included

  static constexpr uint64_t kFreeCuts = 50;
  static constexpr uint64_t kBytesPerCut = 4 << 20;

 private:
  std::chrono::milliseconds pause(const Failure& failure) const;

  int retries_;
  Tuning tuning_;
  Deadline deadline_;
  int tries_ = 1;
  uint64_t cuts_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace tfhub::transfer
