// Progress on stderr: a line that is redrawn where that is a terminal, a line now and then where it is not
// (and TFHUB_DOWNLOAD_PROGRESS asks for it).
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tfhub/hub.h"

namespace tfhub::cli {

// "downloading  [#####.....]  50%  123.4 MiB of 246.8 MiB  98.1 MiB/s  12s left"; without a total: no bar, no
// rest. `columns`: cut to so many characters; 0: uncut.
std::string progress_line(std::string_view what, uint64_t done, std::optional<uint64_t> total,
                          double bytes_per_second, size_t columns);

class ProgressBar {
 public:
  // Shown at all? `quiet` wins, then the setting, then whether stderr is a terminal.
  explicit ProgressBar(bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Empty where nothing is shown, so that nobody reports in vain. The bar must outlive it.
  ProgressFunction function();

 private:
  using Clock = std::chrono::steady_clock;
  void update(std::string_view what, uint64_t done, std::optional<uint64_t> total);
  void draw();
  void finish_line();

  const bool terminal_, shown_;
  std::mutex mutex_;
  std::string what_;
  uint64_t done_ = 0;
  std::optional<uint64_t> total_;
  Clock::time_point started_, drawn_;
  bool open_ = false;   // a line on the terminal that is not ended yet
  bool dirty_ = false;  // what was told last is not drawn yet
};

}  // namespace tfhub::cli
