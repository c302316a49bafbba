#include "base/error.h"
#include "cache/directory_cache.h"
#include "cache/entry.h"
#include "cache/lock.h"
#include "cache/publish.h"
#include "cache/remove.h"
#include "cache/waiter.h"
#include "os/file.h"
#include "protocol/handle.h"

namespace tfhub::cache {
namespace {

bool is_up_to_date(const EntryOnDisk& alias, const std::string& target, const std::string& etag) {
  return alias.is_alias() && alias.usable() && alias.name.target == protocol::cache_key(target) &&
         alias.descriptor && alias.descriptor->record() == Descriptor::Record::kWhole &&
         alias.descriptor->alias_key() == protocol::cache_key(target) && alias.descriptor->etag() == etag;
}

}  // namespace

Result<void> DirectoryCache::set_alias(const std::string& handle, const std::string& target,
                                       const std::string& etag) {
  TFHUB_ASSIGN(const EntryPaths paths, paths_of(handle));
  TFHUB_ASSIGN(const EntryPaths target_paths, paths_of(target));
  if (paths.key == target_paths.key) return {};
  TFHUB_ASSIGN(const auto before, read_entry(paths));
  if (before && is_up_to_date(*before, target, etag)) return {};

  // Under the handle's lock: a tensorflow_hub that is about to rename its download to M would fail on a link
  // there. Whoever has the lock is either setting the same alias or making a real directory, which is left
  // alone too.
  TFHUB_ASSIGN(const auto lock, lock_if_free(paths));
  if (!lock) return {};
  TFHUB_ASSIGN(const auto there, read_entry(paths));
  if (there && there->name.kind == ModelName::Kind::kTree) {
    if (there->usable()) return {};
    // Half deleted, it helps nobody, and tensorflow_hub would take it for a model for ever.
    const std::string aside = paths.aside(lock->token());
    TFHUB_TRY(take_out_of_sight(paths.model(), aside));
    TFHUB_TRY(os::remove_tree(aside));
  }
  // Link first: find() believes an alias's descriptor only where both say the same.
  TFHUB_ASSIGN(const std::string text,
               format_descriptor({.handle = handle, .etag = etag, .alias_of = target, .files = nullptr}));
  TFHUB_ASSIGN(const bool target_is_there, os::exists(target_paths.model()));
  if (!target_is_there)
    return fail(Code::kNotFound, "{} is not in the cache, so {} cannot stand for it", target, handle);
  if (!there || there->name.target != target_paths.key)
    TFHUB_TRY(os::replace_symlink(target_paths.key, paths.model()));
  TFHUB_TRY(write_descriptor(paths, lock->token(), text));
  // Whoever removes the target takes its aliases along, before and after; one of both sees the other.
  TFHUB_ASSIGN(const bool target_is_still_there, os::exists(target_paths.model()));
  if (target_is_still_there) return {};
  TFHUB_TRY(os::remove_tree(paths.model()));
  return os::remove_tree(paths.descriptor());
}

}  // namespace tfhub::cache
