#include "cli/latency.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "base/error.h"

namespace tfhub::cli {

Latency latency_of(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const auto percentile = [&](size_t percent) { return seconds[(seconds.size() * percent + 99) / 100 - 1]; };
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  return {.runs = seconds.size(),
          .min = seconds.front(),
          .median = percentile(50),
          .p90 = percentile(90),
          .p99 = percentile(99),
          .throughput = sum > 0 ? static_cast<double>(seconds.size()) / sum : 0};
}

Result<Latency> measure(size_t runs, const std::function<Result<void>()>& run) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  for (size_t i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    TFHUB_TRY(run());
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return latency_of(std::move(seconds));
}

}  // namespace tfhub::cli
