#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "base/settings.h"
#include "base/text.h"
#include "cache/bucket/bucket_cache.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

// Enough to keep a line to a cloud busy with small files.
constexpr unsigned kUploadsAtOnce = 8;

// false: the lock was lost on the way.
Result<bool> upload(BucketBackend& bucket, const std::string& prefix, const std::string& directory,
                    std::span<const std::string> paths, const BucketLock& lock) {
  TFHUB_TRY(in_parallel(paths.size(), kUploadsAtOnce, [&](size_t i) -> Result<void> {
    if (!lock.seems_held()) return {};
    TFHUB_ASSIGN(auto file, os::FileSource::open(os::join(directory, paths[i])));
    return bucket.write(prefix + paths[i], file);
  }));
  return lock.seems_held();
}

Result<bool> upload_all(BucketBackend& bucket, const EntryPaths& names, const std::string& directory,
                        const Manifest& files, const BucketLock& lock) {
  std::vector<std::string> paths;
  for (const FileEntry& file : files) paths.push_back(file.path);
  const size_t others = sort_graph_last(paths);
  const std::string prefix = names.model() + "/";
  const std::span all(paths);
  TFHUB_ASSIGN(const bool kept, upload(bucket, prefix, directory, all.first(others), lock));
  if (!kept) return false;
  return upload(bucket, prefix, directory, all.subspan(others), lock);
}

}  // namespace

Result<bool> BucketCache::fill_locked(const EntryPaths& names, BucketLock& lock, const std::string& handle,
                                      const Fill& fill) {
  const std::string place =
      os::join(os::temporary_directory(), fmt::format("tfhub_fill.{}.tmp", new_token()));
  TFHUB_ASSIGN(auto staging, os::StagingDirectory::create(place, 0700));
  TFHUB_ASSIGN(const Filled filled, fill(staging, {}));
  if (filled.files.empty()) return fail(Code::kCorrupt, "{} has no file", handle);
  TFHUB_ASSIGN(
      const std::string text,
      format_descriptor({.handle = handle, .etag = filled.etag, .alias_of = {}, .files = &filled.files}));
  // What was unfinished or broken goes first: its descriptor must never be held against the new files, and
  // the new one never against the old.
  TFHUB_ASSIGN(const bool held_before, lock.held());
  if (!held_before) return false;
  TFHUB_TRY(remove_bucket_entry(*bucket_, names));
  TFHUB_ASSIGN(const bool uploaded, upload_all(*bucket_, names, staging.path(), filled.files, lock));
  if (!uploaded) return false;
  TFHUB_ASSIGN(const bool held_after, lock.held());
  if (!held_after) return false;
  return bucket_->write_if_absent(names.descriptor(), text);
}

Result<std::string> BucketCache::get_or_fill(const std::string& handle, const Fill& fill) {
  TFHUB_ASSIGN(const EntryPaths names, entry_paths({}, handle));
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
  BucketLockWatch watch(*bucket_, names, timeout);
  // The first round tries to take the lock whether one is there or not: who may not write here hears so at
  // once.
  bool try_lock = true;
  while (true) {
    TFHUB_ASSIGN(const auto hit, find(handle));
    if (hit) return hit->path;
    if (try_lock) {
      auto lock = BucketLock::try_acquire(*bucket_, names);
      if (!lock)
        return fail(lock.error().code(), "{} is not in the cache {}, which cannot be written: {}", handle,
                    printable(directory()), lock.error().message());
      if (*lock) {
        // Somebody may have finished between the look and the lock.
        TFHUB_ASSIGN(const auto filled_meanwhile, find(handle));
        if (filled_meanwhile) return filled_meanwhile->path;
        TFHUB_ASSIGN(const bool filled, fill_locked(names, **lock, handle, fill));
        if (filled) return path_of(names);
        continue;
      }
    }
    TFHUB_ASSIGN(const auto step, watch.look());
    try_lock = step == BucketLockWatch::Step::kFree;
    if (!try_lock) watch.pause();
  }
}

}  // namespace tfhub::cache
