// Long work tells how far it is; who shows it (a bar, a log line, nothing) is not its business.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tfhub {

class Progress {
 public:
  virtual ~Progress() = default;
  // `done` bytes of `total` (unknown: nullopt) of `what` ("downloading", "packing"). Called from any one
  // thread at a time, up to thousands of times a second: the receiver thins it out.
  virtual void update(std::string_view what, uint64_t done, std::optional<uint64_t> total) = 0;
};

}  // namespace tfhub
