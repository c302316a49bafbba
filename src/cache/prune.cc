#include <set>

#include "base/error.h"
#include "base/settings.h"
#include "cache/directory_cache.h"
#include "cache/leftovers.h"
#include "cache/lock.h"
#include "cache/pruning.h"
#include "cache/readers.h"
#include "cache/remove.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

class DirectoryPruning final : public Pruning {
 public:
  using Pruning::Pruning;

 private:
  Result<void> remove_leftovers() override {
    TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
    TFHUB_ASSIGN(const auto found, find_leftovers(cache().directory(), timeout));
    for (const Leftover& leftover : found) {
      if (!dry_run()) {
        TFHUB_ASSIGN(const bool removed, remove_leftover(leftover));
        if (!removed) continue;
      }
      report("", leftover.path, leftover.why, leftover.size);
      if (leftover.is_lock) dead_locks_.insert(leftover.path);
    }
    return {};
  }

  Result<bool> take_out(const Entry& entry) override {
    if (!in_use_) in_use_ = keys_in_use(cache().directory());
    if (in_use_->contains(entry.key)) return false;
    const EntryPaths paths{cache().directory(), entry.key};
    if (dry_run()) {
      TFHUB_ASSIGN(const bool locked, os::exists(paths.lock()));
      if (locked && !dead_locks_.contains(paths.lock())) return false;
      TFHUB_TRY(os::check_removable(paths.model()));
      return true;
    }
    return remove_entry(paths, [&](const EntryOnDisk& now) {
      if (entry.state == State::kBroken) return !now.usable();
      return !now.descriptor || now.descriptor->used() <= entry.used;
    });
  }

  std::optional<std::set<std::string>> in_use_;  // looked up once, and only if something is to go
  std::set<std::string> dead_locks_;
};

}  // namespace

Result<Pruned> DirectoryCache::prune(const PruneOptions& options) {
  return DirectoryPruning(*this, options).run();
}

}  // namespace tfhub::cache
