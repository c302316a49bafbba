// What one model may hold, counted entry by entry: safe names (member_name.h), limits (limits.h), at least
// one file. Unpacking and publishing both ask here, so publish refuses whatever resolve would.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "archive/limits.h"
#include "archive/member_name.h"

namespace tfhub::archive {

class EntryPolicy {
 public:
  // `free_bytes` are left on the disk that holds `disk`: whatever the settings say, a model cannot be larger.
  EntryPolicy(const Limits& limits, uint64_t free_bytes, std::string disk)
      : limits_(limits), free_bytes_(free_bytes), disk_(std::move(disk)) {}
  // Nothing will be written.
  explicit EntryPolicy(const Limits& limits) : EntryPolicy(limits, UINT64_MAX, "") {}

  // Asked when two names fold to one: whether the file system at hand tells them apart. Without it, none
  // does.
  void names_may_fold(std::function<bool(const std::string& one, const std::string& other)> ask) {
    paths_.names_may_fold(std::move(ask));
  }

  Result<void> directory(const std::string& path);  // empty: the root
  Result<void> file(const std::string& path, uint64_t size);
  // The same file once more: its bytes count again.
  Result<void> copy(const std::string& path, uint64_t size);
  // An entry that names nothing: it counts towards the number of entries only.
  Result<void> count_entry();
  Result<void> finish() const;

 private:
  Result<void> count_bytes(const std::string& path, uint64_t size);

  Limits limits_;
  uint64_t free_bytes_;
  std::string disk_;
  PathSet paths_;
  uint64_t entries_ = 0;
  uint64_t files_ = 0;
  uint64_t bytes_ = 0;
  bool root_seen_ = false;
};

}  // namespace tfhub::archive
