#include "cli/progress_bar.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"

namespace tfhub::cli {
namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(100);
constexpr auto kLineInterval = std::chrono::seconds(2);
constexpr size_t kBarWidth = 24;

size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void write_stderr(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

std::string progress_line(std::string_view what, uint64_t done, std::optional<uint64_t> total,
                          double bytes_per_second, size_t columns) {
  const auto rate =
      bytes_per_second > 0 ? human_size(static_cast<uint64_t>(bytes_per_second)) + "/s" : std::string("-");
  std::string line;
  if (total && *total > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
    const auto filled = static_cast<size_t>(part * kBarWidth);
    line = fmt::format("{}  [{}{}]  {:3.0f}%  {} of {}  {}", what, std::string(filled, '#'),
                       std::string(kBarWidth - filled, '.'), part * 100, human_size(done), human_size(*total),
                       rate);
    if (done < *total && bytes_per_second > 0) {
      const double left = static_cast<double>(*total - done) / bytes_per_second;
      line +=
          fmt::format("  {} left", human_duration(std::chrono::seconds(static_cast<int64_t>(left + 0.999))));
    }
  } else {
    line = fmt::format("{}  {}  {}", what, human_size(done), rate);
  }
  if (columns > 0 && line.size() >= columns) line.resize(columns - 1);
  return line;
}

ProgressBar::ProgressBar(bool quiet)
    : terminal_(!quiet && ::isatty(STDERR_FILENO) == 1),
      shown_(!quiet && (terminal_ || !get(settings::kProgress).empty())) {}

ProgressFunction ProgressBar::function() {
  if (!shown_) return {};
  if (terminal_) {
    // A warning must not land in the middle of the bar.
    set_log_function([this](LogLevel level, std::string_view message) {
      const std::lock_guard lock(mutex_);
      if (open_) write_stderr("\r\033[K");
      write_stderr(fmt::format("tfhub: {}{}\n", level == LogLevel::kWarning ? "warning: " : "", message));
      if (open_) draw();
    });
  }
  return [this](std::string_view what, uint64_t done, std::optional<uint64_t> total) {
    update(what, done, total);
  };
}

ProgressBar::~ProgressBar() {
  if (!shown_) return;
  if (terminal_) set_log_function({});
  const std::lock_guard lock(mutex_);
  finish_line();
}

void ProgressBar::update(std::string_view what, uint64_t done, std::optional<uint64_t> total) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (what != what_ || done < done_) {
    finish_line();
    what_ = what;
    started_ = now;
    drawn_ =
        terminal_ ? Clock::time_point() : now;  // a log says something only after a while, and at the end
  }
  done_ = done;
  total_ = total;
  dirty_ = true;
  if (now - drawn_ < (terminal_ ? Clock::duration(kTerminalInterval) : Clock::duration(kLineInterval)))
    return;
  drawn_ = now;
  draw();
}

void ProgressBar::draw() {
  const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  const double rate = seconds > 0.05 ? static_cast<double>(done_) / seconds : 0;
  const std::string line = progress_line(what_, done_, total_, rate, terminal_ ? terminal_columns() : 0);
  write_stderr(terminal_ ? "\r" + line + "\033[K" : line + "\n");
  open_ = terminal_;
  dirty_ = false;
}

void ProgressBar::finish_line() {
  if (dirty_) draw();
  if (open_) write_stderr("\n");
  open_ = false;
}

}  // namespace tfhub::cli
