#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/settings.h"
#include "cache/cache.h"
#include "cache/leftovers.h"
#include "cache/lock.h"
#include "cache/readers.h"
#include "cache/remove.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

class Pruning {
 public:
  Pruning(const Cache& cache, const PruneOptions& options) : cache_(cache), options_(options) {}

  Result<void> leftovers() {
    TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
    TFHUB_ASSIGN(const auto found, find_leftovers(cache_.directory(), timeout));
    for (const Leftover& leftover : found) {
      if (!options_.dry_run) {
        TFHUB_ASSIGN(const bool removed, remove_leftover(leftover));
        if (!removed) continue;
      }
      report("", leftover.path, leftover.why, leftover.size);
      if (leftover.is_lock) dead_locks_.insert(leftover.path);
    }
    return {};
  }

  Result<void> entries() {
    TFHUB_ASSIGN(auto all, cache_.list());
    std::vector<const Entry*> models;
    for (const Entry& entry : all) {
      if (entry.state == State::kBroken) TFHUB_TRY(remove_broken(entry));
      if (!entry.alias_of.empty()) aliases_[entry.alias_of].push_back(&entry);
      const bool usable = entry.state == State::kComplete || entry.state == State::kForeign;
      if (usable && entry.alias_of.empty()) models.push_back(&entry);
    }
    // Longest unused first.
    std::sort(models.begin(), models.end(), [](const Entry* a, const Entry* b) { return a->used < b->used; });
    uint64_t total = 0;
    for (const Entry* entry : models) total += entry->size;
    for (const Entry* entry : models) {
      const bool too_old = options_.older_than && Clock::now() - entry->used > *options_.older_than;
      const bool too_much = options_.max_size && total > *options_.max_size;
      if (!too_old && !too_much) continue;
      TFHUB_ASSIGN(const bool removed, remove_unused(*entry, too_old));
      if (removed) total -= entry->size;
    }
    return {};
  }

  Pruned take_result() { return std::move(result_); }

 private:
  void report(const std::string& handle, const std::string& path, std::string why, uint64_t size) {
    result_.removed.push_back({handle, path, std::move(why), size});
    result_.freed += size;
  }

  Result<bool> remove_if(const Entry& entry, const std::string& why, const StillWanted& still_wanted) {
    if (!in_use_) in_use_ = keys_in_use(cache_.directory());
    if (in_use_->contains(entry.key)) return false;
    const EntryPaths paths{cache_.directory(), entry.key};
    if (options_.dry_run) {
      if (os::exists(paths.lock()) && !dead_locks_.contains(paths.lock())) return false;
    } else {
      TFHUB_ASSIGN(const bool removed, remove_entry(paths, still_wanted));
      if (!removed) return false;
    }
    report(entry.handle, entry.path, why, entry.size);
    return true;
  }

  Result<void> remove_broken(const Entry& entry) {
    const std::string why = entry.alias_of.empty() ? "broken" : "an alias of a model that is gone or broken";
    TFHUB_TRY(remove_if(entry, why, [](const EntryOnDisk& now) { return !now.usable(); }));
    return {};
  }

  // The models that aliases point to go together with these.
  Result<bool> remove_unused(const Entry& entry, bool too_old) {
    const auto used_before = entry.used;
    const std::string why = too_old ? "not used for so long" : "least recently used";
    TFHUB_ASSIGN(const bool removed, remove_if(entry, why, [&](const EntryOnDisk& now) {
                   return !now.descriptor || now.descriptor->used() <= used_before;
                 }));
    if (!removed || entry.handle.empty()) return removed;
    for (const Entry* alias : aliases_[entry.handle])
      if (alias->state != State::kBroken) report(alias->handle, alias->path, "its model is removed", 0);
    return true;
  }

  const Cache& cache_;
  const PruneOptions& options_;
  std::optional<std::set<std::string>> in_use_;  // looked up once, and only if something is to go
  std::set<std::string> dead_locks_;
  std::map<std::string, std::vector<const Entry*>> aliases_;
  Pruned result_;
};

}  // namespace

Result<Pruned> Cache::prune(const PruneOptions& options) {
  Pruning pruning(*this, options);
  // Left-overs first: a dead process's lock would keep its entry from being removed.
  TFHUB_TRY(pruning.leftovers());
  TFHUB_TRY(pruning.entries());
  return pruning.take_result();
}

}  // namespace tfhub::cache
