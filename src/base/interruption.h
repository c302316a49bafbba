// Whether work should stop: all of it, because a signal came, or one call, because its caller said so by a
// std::stop_token. Whatever waits or copies for long looks here, without being told by whom.
#pragma once

#include <chrono>
#include <stop_token>

#include "tfhub/result.h"

namespace tfhub {

// While it lives, `stop` belongs to what this thread does. The token must outlive it.
class StopScope {
 public:
  explicit StopScope(const std::stop_token& stop) : StopScope(&stop) {}
  // Of a thread that helps another one: with the other's stop_of_this_thread().
  explicit StopScope(const std::stop_token* stop);
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  const std::stop_token* before_;
};

// That of the innermost StopScope; null: there is none.
const std::stop_token* stop_of_this_thread();

// All work of the process stops, for good. May be called in a signal handler.
void interrupt_everything() noexcept;

bool interrupted();
// The error of work that was told to stop.
Result<void> check_interrupted();

// How long a wait may go on without looking.
inline constexpr std::chrono::milliseconds kInterruptionLatency{50};
// Sleeps, and wakes early when interrupted.
void pause_for(std::chrono::milliseconds time);

}  // namespace tfhub
