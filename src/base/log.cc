#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/secrets.h"

namespace tfhub {
namespace {

std::atomic<LogLevel> least_level{LogLevel::kWarning};
std::mutex mutex;
LogFunction& function() {
  static LogFunction instance;
  return instance;
}

}  // namespace

void set_log_function(LogFunction replacement) {
  const std::lock_guard lock(mutex);
  function() = std::move(replacement);
}

void set_log_level(LogLevel least) {
  least_level = least;
}
bool logs(LogLevel level) {
  return level >= least_level.load(std::memory_order_relaxed);
}

void log_message(LogLevel level, std::string_view raw) {
  const std::string message = without_secrets(raw);
  const std::lock_guard lock(mutex);
  if (function()) return function()(level, message);
  const char* prefix = level == LogLevel::kError ? "error: " : level == LogLevel::kWarning ? "warning: " : "";
  const std::string line = fmt::format("tfhub: {}{}\n", prefix, message);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace tfhub
