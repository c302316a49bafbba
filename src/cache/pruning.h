// What pruning decides, wherever the cache lies: what goes, in which order, and what is told of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cache/cache.h"

namespace tfhub::cache {

class Pruning {
 public:
  Pruning(const Cache& cache, const PruneOptions& options) : cache_(cache), options_(options) {}
  virtual ~Pruning() = default;
  Pruning(const Pruning&) = delete;
  Pruning& operator=(const Pruning&) = delete;

  Result<Pruned> run();

 protected:
  // Removes what dead processes left and reports it; in a dry run the latter alone.
  virtual Result<void> remove_leftovers() = 0;
  // Removes one entry, if it is still as it was listed: broken, or not used since. false: it stays. In a dry
  // run: whether it would go.
  virtual Result<bool> take_out(const Entry& entry) = 0;

  void report(const std::string& handle, const std::string& path, std::string why, uint64_t size);
  const Cache& cache() const { return cache_; }
  bool dry_run() const { return options_.dry_run; }

 private:
  Result<void> remove_entries();
  Result<bool> take_out_where_allowed(const Entry& entry);
  Result<bool> remove_unused(const Entry& entry, bool too_old);

  const Cache& cache_;
  const PruneOptions& options_;
  std::map<std::string, std::vector<const Entry*>> aliases_;  // by the handle that they stand for
  Pruned result_;
};

}  // namespace tfhub::cache
