// The files of a disk cache: whole ones by name, the least recently used removed when room is needed, and new
// ones that nobody takes for whole before they are. Thread-safe; one process at a time.
//
// On the disk: NAME, whole; TOKEN.part, being written, or left by a process that was killed and removed by
// the next. Other files in the directory are not touched. The order of use outlives the process as the files'
// time stamps.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_stream.h"
#include "base/digest.h"
#include "os/fd.h"
#include "os/process.h"
#include "os/staging.h"

namespace tfhub::store {

class DiskCacheDirectory;

// A file being written, in room that is reserved for it; gone with this object unless keep() was called.
class NewCacheFile final : public ByteSink {
 public:
  NewCacheFile(DiskCacheDirectory& directory, std::string name, uint64_t size, os::StagingFile file);
  ~NewCacheFile() override;
  NewCacheFile(const NewCacheFile&) = delete;
  NewCacheFile& operator=(const NewCacheFile&) = delete;

  Result<void> write(Bytes bytes) override { return file_.write(bytes); }
  // To read along.
  Result<os::UniqueFd> open() const;
  // All of its bytes are written: from now on it is found by its name. A power cut may take it away, whole.
  Result<void> keep();

 private:
  DiskCacheDirectory& directory_;
  const std::string name_;
  const uint64_t size_;
  os::StagingFile file_;
  bool reserved_ = true;
};

class DiskCacheDirectory {
 public:
  // Makes `path` where it is missing, removes what was left unfinished, and what is too much for `limit`
  // bytes.
  static Result<std::unique_ptr<DiskCacheDirectory>> open(const std::string& path, uint64_t limit);
  DiskCacheDirectory(std::string path, uint64_t limit, std::optional<os::FileLock> lock)
      : path_(std::move(path)), limit_(limit), lock_(std::move(lock)) {}
  DiskCacheDirectory(const DiskCacheDirectory&) = delete;
  DiskCacheDirectory& operator=(const DiskCacheDirectory&) = delete;

  static std::string name_of(std::string_view url) { return Sha256::of(as_bytes(url)).hex(); }

  struct Whole {
    os::UniqueFd file;
    uint64_t size = 0;
  };
  // Counts as a use. One that was removed or damaged behind our back is forgotten.
  std::optional<Whole> open(const std::string& name);
  std::optional<uint64_t> size(const std::string& name) const;
  void remove(const std::string& name);

  // A new file of `size` bytes, and room for it. Null: it does not fit, or not beside those being written. An
  // error is the disk's.
  Result<std::unique_ptr<NewCacheFile>> create(const std::string& name, uint64_t size);

  const std::string& path() const { return path_; }
  uint64_t bytes() const;  // of whole files
  uint64_t evictions() const;

 private:
  friend class NewCacheFile;
  using Time = std::chrono::system_clock::time_point;
  struct Entry {
    std::string name;
    uint64_t size = 0;
    Time stamped;  // what the file's time stamp says of its last use
  };
  using Entries = std::list<Entry>;

  // With mutex_ held, all of them.
  Result<void> scan();
  void add(Entry entry);
  void forget(Entries::iterator entry);
  Result<void> evict_oldest();
  Result<bool> make_room(uint64_t size);

  std::string path_of(std::string_view name) const;

  const std::string path_;
  const uint64_t limit_;
  const std::optional<os::FileLock> lock_;
  mutable std::mutex mutex_;
  Entries by_use_;                                                   // most recently used first
  std::unordered_map<std::string_view, Entries::iterator> by_name_;  // names live in by_use_
  uint64_t bytes_ = 0, reserved_ = 0, evictions_ = 0;
};

}  // namespace tfhub::store
