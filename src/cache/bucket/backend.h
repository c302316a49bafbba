// What a cache in a bucket needs of the bucket. The cache knows no store: whoever opens it (client) gives it
// one. Names are relative to the cache's place; objects appear whole or not at all. Safe to use from several
// threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "tfhub/result.h"

namespace tfhub::cache {

// Each of them takes an answer's time.
constexpr unsigned kReadsAtOnce = 8;

struct BucketObject {
  std::string name;
  uint64_t size = 0;
  std::chrono::system_clock::time_point modified;  // by the bucket's clock
};

class BucketBackend {
 public:
  virtual ~BucketBackend() = default;

  virtual std::string url() const = 0;  // without a trailing slash

  // A small object, whole; nothing when there is none.
  virtual Result<std::optional<std::string>> read(const std::string& name) = 0;
  virtual Result<std::optional<BucketObject>> look(const std::string& name) = 0;
  virtual Result<std::unique_ptr<ByteSource>> open(const std::string& name) = 0;
  // All that begin with `prefix`, which is empty or ends with '/'; sorted by name.
  virtual Result<std::vector<BucketObject>> list(const std::string& prefix) = 0;

  virtual Result<void> write(const std::string& name, ByteSource& content) = 0;
  // false: the name is taken. Of any number of callers at once exactly one gets true.
  virtual Result<bool> write_if_absent(const std::string& name, const std::string& content) = 0;
  // Gone already is fine.
  virtual Result<void> remove(const std::vector<std::string>& names) = 0;
};

}  // namespace tfhub::cache
