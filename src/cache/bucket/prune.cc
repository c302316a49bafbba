// Taking out what is not wanted any more: remove and prune.
#include <map>

#include "base/error.h"
#include "base/settings.h"
#include "cache/bucket/bucket_cache.h"
#include "cache/bucket/survey.h"
#include "cache/pruning.h"

namespace tfhub::cache {
namespace {

std::vector<std::string> names_of(const std::vector<BucketObject>& objects) {
  std::vector<std::string> names;
  names.reserve(objects.size());
  for (const BucketObject& object : objects) names.push_back(object.name);
  return names;
}

using Keys = std::map<std::string, BucketKey>;

// The entry, and what stands for it; the caller has the lock.
Result<void> remove_with_aliases(BucketBackend& bucket, const Keys& keys, const EntryPaths& names) {
  for (const auto& [name, key] : keys)
    if (key.entry.is_alias() && key.entry.descriptor->alias_key() == names.key)
      TFHUB_TRY(bucket.remove({key.entry.names.descriptor()}));
  return remove_bucket_entry(bucket, names);
}

class BucketPruning final : public Pruning {
 public:
  BucketPruning(const Cache& cache, const PruneOptions& options, BucketBackend& bucket,
                std::chrono::milliseconds lock_timeout)
      : Pruning(cache, options), bucket_(bucket), lock_timeout_(lock_timeout) {}

 private:
  Result<void> remove_leftovers() override {
    TFHUB_ASSIGN(keys_, survey_bucket(bucket_, lock_timeout_));
    for (const auto& [name, key] : keys_) {
      if (key.held) continue;
      TFHUB_TRY(remove_dead(key.others, "its download was never finished"));
      TFHUB_TRY(remove_dead(key.lock, "its holder is gone"));
    }
    return {};
  }

  Result<void> remove_dead(const std::vector<BucketObject>& objects, const char* why) {
    if (!dry_run()) TFHUB_TRY(bucket_.remove(names_of(objects)));
    for (const BucketObject& object : objects)
      report("", bucket_.url() + "/" + object.name, why, object.size);
    return {};
  }

  Result<bool> take_out(const Entry& entry) override {
    const EntryPaths names{{}, entry.key};
    if (dry_run()) return true;
    TFHUB_ASSIGN(const auto lock, bucket_lock_if_free(bucket_, names, lock_timeout_));
    if (!lock) return false;
    TFHUB_ASSIGN(const BucketEntry now, read_bucket_entry(bucket_, names));
    const bool broken = entry.state == State::kBroken;
    // Filled again meanwhile, or not broken any more.
    if (broken && now.usable()) return false;
    if (!broken && now.descriptor && now.descriptor->downloaded() > entry.downloaded) return false;
    TFHUB_TRY(remove_with_aliases(bucket_, keys_, names));
    return true;
  }

  BucketBackend& bucket_;
  std::chrono::milliseconds lock_timeout_;
  Keys keys_;
};

}  // namespace

Result<Pruned> BucketCache::prune(const PruneOptions& options) {
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
  return BucketPruning(*this, options, *bucket_, timeout).run();
}

Result<void> BucketCache::remove(const std::string& handle) {
  TFHUB_ASSIGN(const EntryPaths names, entry_paths({}, handle));
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
  TFHUB_ASSIGN(const auto keys, survey_bucket(*bucket_, timeout));
  const auto found = keys.find(names.key);
  if (found == keys.end() || (!found->second.entry.descriptor && found->second.entry.files.empty()))
    return fail(Code::kNotFound, "{} is not in the cache {}", handle, directory());
  TFHUB_ASSIGN(const auto lock, bucket_lock_if_free(*bucket_, names, timeout));
  if (!lock)
    return fail(Code::kConflict, "{} is being filled right now, so it stays; try again when that is done",
                handle);
  return remove_with_aliases(*bucket_, keys, names);
}

}  // namespace tfhub::cache
