// A read-through cache on the local disk before a bucket. An object that never changes is fetched by one
// download, however many ask for it meanwhile (they read along from the growing file), and comes from the
// disk from then on. What was not used for the longest time goes first. The disk only saves work: where it is
// full or fails, objects come from the bucket, with one warning. Everything else passes to the bucket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "os/fd.h"
#include "store/object_store.h"

namespace tfhub::store {

struct DiskCacheOptions {
  std::string directory;  // made where it is missing; of one process at a time
  uint64_t size = 0;      // bytes of all objects together; a larger object is not kept
  // Whether what lies under a key never changes once it is there.
  std::function<bool(std::string_view key)> keeps;
};

struct DiskCacheCounts {
  uint64_t hits = 0, misses = 0;  // reads of objects that would be kept
  uint64_t evictions = 0;         // objects that went for lack of room
  uint64_t bytes = 0;             // kept now
};

// What a store with a disk cache can do besides; found by dynamic_cast. It has BucketObjects, too.
class CachedObjects {
 public:
  virtual ~CachedObjects() = default;
  // For sendfile: the whole object, which stays readable when it is evicted. Nothing when it is not on the
  // disk; get() fetches it.
  virtual std::optional<os::UniqueFd> open_kept(const std::string& key) = 0;
  virtual DiskCacheCounts counts() const = 0;
};

// kUsage when `bucket` is none; kConflict when another process uses the directory; else what keeps it from
// being made or written.
Result<std::shared_ptr<ObjectStore>> open_disk_cache(std::shared_ptr<ObjectStore> bucket,
                                                     DiskCacheOptions options);

}  // namespace tfhub::store
