// The cache in a directory, shared byte for byte with tensorflow_hub on the same machine. M.lock and
// M.<32 hex>.tmp exist while somebody fills it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/cache.h"
#include "cache/layout.h"
#include "cache/place.h"

namespace tfhub::cache {

class DirectoryCache final : public Cache {
 public:
  // Made when it is first filled.
  explicit DirectoryCache(Place place) : Cache(place.directory), place_(std::move(place)) {}
  explicit DirectoryCache(std::string directory) : DirectoryCache(Place{std::move(directory), {}, {}}) {}

  Result<std::optional<Hit>> find(const std::string& handle) const override;
  Result<std::string> get_or_fill(const std::string& handle, const Fill& fill) override;
  // M of `handle` becomes a relative symlink to M of `target` (exchanged atomically).
  Result<void> set_alias(const std::string& handle, const std::string& target,
                         const std::string& etag) override;
  Result<std::vector<Entry>> list() const override;
  Result<std::vector<Damage>> verify(const std::optional<std::string>& handle) const override;
  Result<void> remove(const std::string& handle) override;
  Result<Pruned> prune(const PruneOptions& options) override;

 private:
  Result<EntryPaths> paths_of(const std::string& handle) const;
  EntryPaths paths_of_key(std::string key) const { return {directory(), std::move(key), place_.owners}; }

  Place place_;
};

}  // namespace tfhub::cache
