// Reads of a bucket's large objects on connections of our own, where that works.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "protocol/http.h"
#include "transfer/live_body.h"

namespace tfhub::store {

// From any thread.
class LiveReads {
 public:
  explicit LiveReads(transfer::HttpOptions options) : options_(std::move(options)) {}

  // False for a while after the bucket could not be reached this way: it may be away, or behind something
  // that OpenDAL alone gets through.
  bool promising() const;
  // `request`: as tfhub_bucket_request() gives it. The body is what was asked for, or this is an error.
  Result<std::unique_ptr<transfer::LiveBody>> get(const std::string& request,
                                                  const protocol::ByteRange& range);

 private:
  using Clock = std::chrono::steady_clock;
  std::shared_ptr<transfer::KeptConnections> kept_for(const std::string& server);

  const transfer::HttpOptions options_;
  std::atomic<Clock::time_point> again_at_{Clock::time_point::min()};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<transfer::KeptConnections>> kept_;  // by "https://server:port"
};

}  // namespace tfhub::store
