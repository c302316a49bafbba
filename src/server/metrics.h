// Counters without locks: each thread writes its own, /metrics adds them up (Prometheus text format 0.0.4).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/reply.h"

namespace tfhub::server {

// Written by one thread, read by any.
class Counter {
 public:
  void add(uint64_t n = 1) { value_.store(value() + n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

inline constexpr std::array kDurationBounds = {0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0, 300.0};

struct alignas(64) ThreadMetrics {
  std::array<std::array<Counter, 6>, kRoutes> requests;  // by route and hundreds of the status
  std::array<Counter, kDurationBounds.size() + 1> durations;
  Counter duration_microseconds;
  Counter bytes_sent;
  Counter requests_started, requests_finished;
  Counter connections_opened, connections_closed;
  Counter timeouts;

  void finished(Route route, unsigned status, std::chrono::nanoseconds duration);
};

class Metrics {
 public:
  // A set of counters for the calling thread to keep, as long as this lives.
  ThreadMetrics& add_thread();
  // Ours alone; the router adds what it knows of the catalogue.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<ThreadMetrics>> threads_;
};

}  // namespace tfhub::server
