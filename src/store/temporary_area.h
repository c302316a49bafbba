// A directory store's private place for objects that are still being written: <root>/.tmp/<process
// mark>.<token>/, on the same file system, so that a rename makes them visible. Made at the first write; at
// that moment what dead processes left is removed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "os/fd.h"
#include "os/process.h"
#include "store/object_store.h"
#include "tfhub/result.h"

namespace tfhub::store {

// A new file in that place, gone with this object unless it was moved away.
class TemporaryObject {
 public:
  ~TemporaryObject();
  TemporaryObject(TemporaryObject&& other) noexcept;
  TemporaryObject& operator=(TemporaryObject&&) = delete;

  Result<void> write(Bytes bytes);
  Result<void> sync();
  const std::string& path() const { return path_; }
  void moved_away() { path_.clear(); }

 private:
  friend class TemporaryArea;
  TemporaryObject(std::string path, os::UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  os::UniqueFd fd_;
  uint64_t size_ = 0, handed_ = 0;  // written, and of that handed to the disk
};

class TemporaryArea {
 public:
  explicit TemporaryArea(const std::string& root);
  ~TemporaryArea();
  TemporaryArea(const TemporaryArea&) = delete;
  TemporaryArea& operator=(const TemporaryArea&) = delete;

  // Thread-safe.
  Result<TemporaryObject> new_object();
  // Removes what dead processes left, all that it can; dry_run: only tells of it.
  Result<std::vector<LeftOver>> sweep(bool dry_run);

 private:
  Result<void> create();
  std::vector<LeftOver> sweep_others(bool dry_run) const;

  const std::string parent_;
  std::mutex mutex_;
  std::string path_;  // empty until the first write
  pid_t creator_ = 0;
  std::optional<os::FileLock> lock_;
};

}  // namespace tfhub::store
