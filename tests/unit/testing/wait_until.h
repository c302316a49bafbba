// For what another thread does: looked at until it is true.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace tfhub::testing {

inline bool wait_until(const std::function<bool()>& true_now,
                       std::chrono::milliseconds at_most = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!true_now()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace tfhub::testing
