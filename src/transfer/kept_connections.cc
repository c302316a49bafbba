#include "transfer/kept_connections.h"

#include <utility>

namespace tfhub::transfer {
namespace {

constexpr size_t kMost = 16;
// Servers close what is idle for a minute; a request that meets the end is made again.
constexpr std::chrono::seconds kIdle{30};

}  // namespace

std::unique_ptr<RawConnection> KeptConnections::take() {
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [now = Clock::now()](const Kept& kept) { return now - kept.since > kIdle; });
  while (!kept_.empty()) {
    auto connection = std::move(kept_.back().connection);
    kept_.pop_back();
    if (connection->quiet()) return connection;
  }
  return nullptr;
}

void KeptConnections::keep(std::unique_ptr<RawConnection> connection) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() == kMost) kept_.erase(kept_.begin());
  kept_.push_back({std::move(connection), Clock::now()});
}

}  // namespace tfhub::transfer
