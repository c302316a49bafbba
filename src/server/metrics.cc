#include "server/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace tfhub::server {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

}  // namespace

void ThreadMetrics::finished(Route route, unsigned status, std::chrono::nanoseconds duration) {
  requests[static_cast<size_t>(route)][std::min<size_t>(status / 100, 5)].add();
  const double seconds = std::chrono::duration<double>(duration).count();
  size_t bucket = 0;
  while (bucket < kDurationBounds.size() && seconds > kDurationBounds[bucket]) ++bucket;
  durations[bucket].add();
  duration_microseconds.add(static_cast<uint64_t>(duration.count() / 1000));
}

ThreadMetrics& Metrics::add_thread() {
  const std::lock_guard lock(mutex_);
  threads_.push_back(std::make_unique<ThreadMetrics>());
  return *threads_.back();
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  const auto sum = [this](auto&& pick) {
    uint64_t total = 0;
    for (const auto& thread : threads_) total += pick(*thread).value();
    return total;
  };
  std::string out;
  const auto at_end = std::back_inserter(out);

  head(out, "tfhub_http_requests_total", "counter",
       "Requests answered, by what was asked for and class of status.");
  for (size_t route = 0; route < kRoutes; ++route) {
    for (size_t hundreds = 1; hundreds < 6; ++hundreds) {
      const uint64_t count =
          sum([&](const ThreadMetrics& t) -> const Counter& { return t.requests[route][hundreds]; });
      if (count == 0) continue;
      fmt::format_to(at_end, "tfhub_http_requests_total{{route=\"{}\",code=\"{}xx\"}} {}\n",
                     to_string(static_cast<Route>(route)), hundreds, count);
    }
  }

  head(out, "tfhub_http_request_duration_seconds", "histogram",
       "From the whole head of a request to the last byte of its answer.");
  uint64_t cumulative = 0;
  for (size_t bucket = 0; bucket <= kDurationBounds.size(); ++bucket) {
    cumulative += sum([&](const ThreadMetrics& t) -> const Counter& { return t.durations[bucket]; });
    const std::string bound =
        bucket < kDurationBounds.size() ? fmt::format("{}", kDurationBounds[bucket]) : "+Inf";
    fmt::format_to(at_end, "tfhub_http_request_duration_seconds_bucket{{le=\"{}\"}} {}\n", bound, cumulative);
  }
  const uint64_t microseconds =
      sum([](const ThreadMetrics& t) -> const Counter& { return t.duration_microseconds; });
  fmt::format_to(at_end, "tfhub_http_request_duration_seconds_sum {}\n",
                 static_cast<double>(microseconds) / 1e6);
  fmt::format_to(at_end, "tfhub_http_request_duration_seconds_count {}\n", cumulative);

  head(out, "tfhub_http_sent_bytes_total", "counter", "Bytes of bodies sent.");
  fmt::format_to(at_end, "tfhub_http_sent_bytes_total {}\n",
                 sum([](const ThreadMetrics& t) -> const Counter& { return t.bytes_sent; }));

  // Differences of counters that several threads move: finished is read first, so that none comes out
  // negative.
  const uint64_t finished = sum([](const ThreadMetrics& t) -> const Counter& { return t.requests_finished; });
  const uint64_t started = sum([](const ThreadMetrics& t) -> const Counter& { return t.requests_started; });
  head(out, "tfhub_http_requests_in_flight", "gauge", "Requests being answered now.");
  fmt::format_to(at_end, "tfhub_http_requests_in_flight {}\n", started - finished);

  const uint64_t closed = sum([](const ThreadMetrics& t) -> const Counter& { return t.connections_closed; });
  const uint64_t opened = sum([](const ThreadMetrics& t) -> const Counter& { return t.connections_opened; });
  head(out, "tfhub_http_connections", "gauge", "Open connections.");
  fmt::format_to(at_end, "tfhub_http_connections {}\n", opened - closed);
  head(out, "tfhub_http_connections_opened_total", "counter", "Connections accepted.");
  fmt::format_to(at_end, "tfhub_http_connections_opened_total {}\n", opened);
  head(out, "tfhub_http_timeouts_total", "counter", "Connections closed because the client was too slow.");
  fmt::format_to(at_end, "tfhub_http_timeouts_total {}\n",
                 sum([](const ThreadMetrics& t) -> const Counter& { return t.timeouts; }));
  return out;
}

}  // namespace tfhub::server
