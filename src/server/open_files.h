// Files of a local store that are being sent, kept open: a published file never changes, so a descriptor once
// opened is right for ever, and a popular archive costs one lookup instead of a walk through directories. At
// most `capacity` stay open besides those in use; the least recently used goes first. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "os/fd.h"
#include "tfhub/result.h"

namespace tfhub::server {

struct OpenFile {
  os::UniqueFd fd;
  uint64_t size = 0;
};
using OpenFilePointer = std::shared_ptr<const OpenFile>;

class OpenFiles {
 public:
  explicit OpenFiles(size_t capacity) : capacity_(capacity) {}

  // The file kept under `name`, or what `open` gives, kept from now on. Two threads may open one file at
  // once: the first stays.
  Result<OpenFilePointer> get(const std::string& name, const std::function<Result<os::UniqueFd>()>& open);
  size_t size() const;

 private:
  struct Entry {
    std::string name;
    OpenFilePointer file;
  };
  OpenFilePointer find(std::string_view name);

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::list<Entry> by_use_;                                                   // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;  // keys live in by_use_
};

}  // namespace tfhub::server
