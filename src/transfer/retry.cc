#include "transfer/retry.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "base/interruption.h"
#include "base/log.h"

namespace tfhub::transfer {

Deadline Deadline::after(std::chrono::milliseconds total) {
  if (total.count() <= 0) return {};
  return {Clock::now() + total, total};
}

Failure Deadline::failure(const std::string& url) const {
  return {.cause = fmt::format("{} did not answer completely within {:.3g} s", server_of(url),
                               static_cast<double>(given.count()) / 1000),
          .way_out = "check the network, or allow more time"};
}

// Full jitter (a time anywhere between nothing and the exponential step) spreads a crowd of clients best; see
// M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
std::chrono::milliseconds RetryBudget::pause(const Failure& failure) const {
  const int doublings = std::min(tries_ - 1, 20);
  const auto step = std::min(tuning_.backoff * (int64_t{1} << doublings), tuning_.longest_backoff);
  thread_local std::minstd_rand random{std::random_device{}()};
  std::chrono::milliseconds wait(std::uniform_int_distribution<int64_t>(0, step.count())(random));
  // The server's word comes first; the jitter goes on top, so that those it sent away do not come back
  // together.
  if (failure.retry_after)
    wait += std::min<std::chrono::milliseconds>(*failure.retry_after, tuning_.longest_retry_after);
  return wait;
}

bool RetryBudget::try_again(const Failure& failure) {
  if (failure.retry == Failure::Retry::kNever) return false;
  const int allowed = failure.retry == Failure::Retry::kFew ? std::min(retries_, 2) : retries_;
  if (tries_ > allowed || cuts_ > kFreeCuts + bytes_ / kBytesPerCut) return false;
  // Nobody waits for an hour without a word; the error says when to come again.
  if (failure.retry_after && *failure.retry_after > tuning_.longest_retry_after) return false;
  const auto wait = pause(failure);
  if (deadline_.passed(Clock::now() + wait)) return false;
  constexpr std::chrono::seconds kWorthSaying{5};
  log(failure.retry_after && wait > kWorthSaying ? LogLevel::kWarning : LogLevel::kDebug,
      "{}; trying again in {} ms", failure.cause, wait.count());
  pause_for(wait);
  if (interrupted()) return false;
  ++tries_;
  ++cuts_;
  return true;
}

void RetryBudget::progressed(uint64_t bytes) {
  bytes_ += bytes;
  tries_ = 1;
}

}  // namespace tfhub::transfer
