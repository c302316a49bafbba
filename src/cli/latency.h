// How long runs of a model take.
#pragma once

#include <functional>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::cli {

struct Latency {
  size_t runs = 0;
  double min = 0, median = 0, p90 = 0, p99 = 0;  // seconds
  double throughput = 0;                         // runs a second, one after the other
};

// Of one duration (seconds) or more. A percentile is the smallest duration that so many of a hundred do not
// exceed.
Latency latency_of(std::vector<double> seconds);

// Calls `run` so often and measures each call; the first error ends it. `runs` is 1 or more.
Result<Latency> measure(size_t runs, const std::function<Result<void>()>& run);

}  // namespace tfhub::cli
