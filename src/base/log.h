// Messages for people, on stderr. Data goes to stdout and never through here.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <string_view>
#include <utility>

namespace tfhub {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Replaces where messages go (tests, a program that embeds us, a terminal with a progress bar). The default
// writes "tfhub: warning: …" to stderr, nothing below kWarning.
using LogFunction = std::function<void(LogLevel, std::string_view)>;
void set_log_function(LogFunction function);
void set_log_level(LogLevel least);
bool logs(LogLevel level);
void log_message(LogLevel level, std::string_view message);

template <typename... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (logs(level)) log_message(level, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kWarning, format, std::forward<Args>(args)...);
}
template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  log(LogLevel::kDebug, format, std::forward<Args>(args)...);
}

}  // namespace tfhub
