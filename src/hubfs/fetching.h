// What all files read in place share: the connections, the memory, and the threads that bring blocks.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

#include "base/blocking_pool.h"
#include "hubfs/block_cache.h"
#include "transfer/parts.h"

namespace tfhub::hubfs {

class Fetching {
 public:
  Fetching(transfer::HttpOptions http, uint64_t cache_bytes, const transfer::Tuning& tuning);
  ~Fetching();
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;

  // `work` runs on one of our threads, soon.
  void submit(std::function<void()> work);
  // Interrupts what runs, waits for its end, and lets nothing else begin.
  void stop();

  transfer::PartClient parts;
  BlockCache cache;

 private:
  std::stop_source stop_;
  const std::stop_token stopped_ = stop_.get_token();
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t running_ = 0;
  BlockingPool pool_;  // ends first: its work uses all of the above
};

}  // namespace tfhub::hubfs
