// The cache functions of the public header: thin, because cache/ does the work.
#include "base/error.h"
#include "cache/place.h"
#include "client/open_cache.h"
#include "tfhub/hub.h"

namespace tfhub {

std::string cache_directory(const std::string& cache_dir) {
  auto place = cache::place_from_settings(cache_dir);
  // Where there is none that may be used, the sentence that says so is the caller's next call's.
  return place ? std::move(place->directory) : std::string();
}

Result<std::vector<CacheEntry>> cache_list(const std::string& cache_dir) {
  TFHUB_ASSIGN(const auto cache, client::open_cache(cache_dir));
  TFHUB_ASSIGN(auto entries, cache->list());
  std::vector<CacheEntry> result;
  result.reserve(entries.size());
  for (cache::Entry& entry : entries)
    result.push_back({std::move(entry.handle), std::move(entry.path),
                      std::string(cache::to_string(entry.state)), std::move(entry.alias_of), entry.size,
                      entry.files, entry.downloaded, entry.used});
  return result;
}

Result<std::vector<CacheDamage>> cache_verify(const std::string& handle, const std::string& cache_dir) {
  TFHUB_ASSIGN(const auto cache, client::open_cache(cache_dir));
  TFHUB_ASSIGN(auto findings, cache->verify(handle.empty() ? std::nullopt : std::optional(handle)));
  std::vector<CacheDamage> result;
  result.reserve(findings.size());
  for (cache::Damage& finding : findings)
    result.push_back({std::move(finding.handle), std::move(finding.path), std::move(finding.what)});
  return result;
}

Result<void> cache_remove(const std::string& handle, const std::string& cache_dir) {
  TFHUB_ASSIGN(const auto cache, client::open_cache(cache_dir));
  return cache->remove(handle);
}

Result<CachePruned> cache_prune(const CachePruneOptions& options, const std::string& cache_dir) {
  TFHUB_ASSIGN(const auto cache, client::open_cache(cache_dir));
  TFHUB_ASSIGN(auto pruned, cache->prune({options.max_size, options.older_than, options.dry_run}));
  CachePruned result;
  result.freed = pruned.freed;
  for (auto& item : pruned.removed)
    result.removed.push_back({std::move(item.handle), std::move(item.path), std::move(item.why)});
  return result;
}

std::string_view version() {
  return TFHUB_VERSION;
}

}  // namespace tfhub
