// The caller's progress function as the Progress that lower rooms report to.
#pragma once

#include <utility>

#include "base/progress.h"
#include "tfhub/hub.h"

namespace tfhub::client {

class ProgressAdapter final : public Progress {
 public:
  explicit ProgressAdapter(ProgressFunction function) : function_(std::move(function)) {}
  // What a room wants: nothing where nobody listens.
  Progress* get() { return function_ ? this : nullptr; }
  void update(std::string_view what, uint64_t done, std::optional<uint64_t> total) override {
    function_(what, done, total);
  }

 private:
  ProgressFunction function_;
};

}  // namespace tfhub::client
