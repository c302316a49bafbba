// The cache in a bucket: the same names as in a directory, but objects instead of files and no renames. So
// the descriptor is the commit: written last, and only if there is none (docs/cache_format.md, "In a
// bucket").
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/bucket/backend.h"
#include "cache/bucket/entry.h"
#include "cache/bucket/lock.h"
#include "cache/cache.h"

namespace tfhub::cache {

class BucketCache final : public Cache {
 public:
  explicit BucketCache(std::unique_ptr<BucketBackend> bucket)
      : Cache(bucket->url()), bucket_(std::move(bucket)) {}

  // Two requests for a versioned handle. Uses leave no trace: nothing is written.
  Result<std::optional<Hit>> find(const std::string& handle) const override;
  // Fills a directory on this machine first, and uploads what came out of it.
  Result<std::string> get_or_fill(const std::string& handle, const Fill& fill) override;
  // The descriptor of `handle` names `target`; there is no M.
  Result<void> set_alias(const std::string& handle, const std::string& target,
                         const std::string& etag) override;
  Result<std::vector<Entry>> list() const override;
  Result<std::vector<Damage>> verify(const std::optional<std::string>& handle) const override;
  Result<void> remove(const std::string& handle) override;
  Result<Pruned> prune(const PruneOptions& options) override;

 private:
  std::string path_of(const EntryPaths& names) const { return directory() + "/" + names.model(); }
  // Whether the lock was kept until the commit: false, somebody else fills or has filled it.
  Result<bool> fill_locked(const EntryPaths& names, BucketLock& lock, const std::string& handle,
                           const Fill& fill);

  std::unique_ptr<BucketBackend> bucket_;
};

}  // namespace tfhub::cache
