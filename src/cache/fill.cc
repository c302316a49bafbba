// get_or_fill: one process of all that ask fetches, what it fetched appears whole, and the others get it.
#include <optional>

#include "base/error.h"
#include "base/settings.h"
#include "cache/directory_cache.h"
#include "cache/entry.h"
#include "cache/lock.h"
#include "cache/part.h"
#include "cache/publish.h"
#include "cache/waiter.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

// What to do about a cache that this process may not write.
Error not_writable(const std::string& handle, const std::string& directory, Error cause) {
  if (cause.code() != Code::kNotAllowed) {
    std::string words = fmt::format("cannot write the cache directory {}: {}", directory, cause.message());
    return std::move(cause).in(std::move(words));
  }
  return std::move(cause).in(fmt::format(
      "{} is not in the cache directory {}, which cannot be written; set TFHUB_CACHE_DIR to a directory "
      "that you may write",
      handle, directory));
}

// What is broken is replaced; who may not do that hears so before anything is downloaded.
Result<void> check_replaceable(const EntryPaths& paths, const std::string& handle) {
  TFHUB_ASSIGN(const auto there, read_entry(paths));
  if (!there || there->usable() || there->name.kind != ModelName::Kind::kTree) return {};
  auto removable = os::check_removable(paths.model());
  if (removable) return {};
  return fail(std::move(removable).error().in(fmt::format(
      "{} is broken in the cache directory {}, and this user may not replace it; ask its owner to remove {}",
      handle, paths.directory, paths.model())));
}

// false: somebody else's tree is there already.
Result<bool> fill_locked(const EntryPaths& paths, const EntryLock& lock, const std::string& handle,
                         const Fill& fill) {
  TFHUB_TRY(check_replaceable(paths, handle));
  TFHUB_ASSIGN(auto staging,
               os::StagingDirectory::create(paths.staging(lock.token()), mode_of(paths.owners)));
  const std::string part = paths.part(lock.token());
  TFHUB_TRY(adopt_part(paths, part));
  TFHUB_ASSIGN(const Filled filled, fill(staging, part));
  // Before the sync: what is never written to the disk costs nothing there.
  TFHUB_TRY(os::remove_tree(part));
  if (filled.files.empty()) return fail(Code::kCorrupt, "{} has no file", handle);
  TFHUB_ASSIGN(
      const std::string text,
      format_descriptor({.handle = handle, .etag = filled.etag, .alias_of = {}, .files = &filled.files}));
  return publish(paths, lock.token(), staging, text);
}

}  // namespace

Result<std::string> DirectoryCache::get_or_fill(const std::string& handle, const Fill& fill) {
  TFHUB_ASSIGN(const EntryPaths paths, paths_of(handle));
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
  LockWaiter waiter(paths, timeout);
  bool directory_made = false;
  // The first round tries to take the lock whether one is there or not: who may not write here hears so at
  // once, and does not wait for somebody else's lock first.
  bool try_lock = true;
  while (true) {
    TFHUB_ASSIGN(const auto hit, find(handle));
    if (hit) return hit->path;
    if (!directory_made) {
      if (auto made = make_place(place_); !made)
        return fail(not_writable(handle, directory(), std::move(made).error()));
      directory_made = true;
    }
    if (try_lock) {
      auto lock = EntryLock::try_acquire(paths);
      if (!lock) return fail(not_writable(handle, directory(), std::move(lock).error()));
      if (*lock) {
        // Somebody may have finished between the look and the lock.
        TFHUB_ASSIGN(const auto filled_meanwhile, find(handle));
        if (filled_meanwhile) return filled_meanwhile->path;
        auto filled = fill_locked(paths, **lock, handle, fill);
        if (filled && *filled) return paths.model();
        // One that stood still for so long that its lock was taken away may fail because of that, and need
        // not.
        TFHUB_ASSIGN(const auto filled_by_others, find(handle));
        if (filled_by_others) return filled_by_others->path;
        if (!filled) return fail(std::move(filled).error());
      }
    }
    TFHUB_ASSIGN(const auto step, waiter.step(true));
    try_lock = step == LockWaiter::Step::kFree;
  }
}

}  // namespace tfhub::cache
