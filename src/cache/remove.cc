#include "cache/remove.h"

#include "base/error.h"
#include "cache/directory_cache.h"
#include "cache/lock.h"
#include "cache/survey.h"
#include "cache/waiter.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

// A link and its descriptor. The link goes only if it still points to `target`.
Result<void> remove_alias(const EntryPaths& alias, const std::string& target) {
  TFHUB_ASSIGN(const ModelName name, look_at_model(alias.model()));
  if (name.kind != ModelName::Kind::kAlias || name.target != target) return {};
  TFHUB_TRY(os::remove_tree(alias.model()));
  return os::remove_tree(alias.descriptor());
}

// false: an alias's lock is held.
Result<bool> remove_aliases(const EntryPaths& target) {
  TFHUB_ASSIGN(const auto aliases, aliases_of(target));
  for (const EntryPaths& alias : aliases) {
    TFHUB_ASSIGN(const auto lock, lock_if_free(alias));
    if (!lock) return false;
    TFHUB_TRY(remove_alias(alias, target.key));
  }
  return true;
}

}  // namespace

Result<bool> take_out_of_sight(const std::string& model, const std::string& aside) {
  TFHUB_TRY(os::check_removable(model));
  TFHUB_ASSIGN(const bool moved, os::rename_where_movable(model, aside));
  if (!moved) TFHUB_TRY(os::remove_tree(model));
  return moved;
}

Result<bool> remove_entry(const EntryPaths& paths, const StillWanted& still_wanted) {
  TFHUB_ASSIGN(const auto lock, lock_if_free(paths));
  if (!lock) return false;
  TFHUB_ASSIGN(const auto entry, read_entry(paths));
  if (!entry || !still_wanted(*entry)) return false;
  if (entry->is_alias()) {
    TFHUB_TRY(remove_alias(paths, entry->name.target));
    return true;
  }
  // Before the tree, so that no link ever points to nothing (tensorflow_hub fails on such a one); and once
  // more after it, for an alias set in between.
  TFHUB_ASSIGN(const bool removed, remove_aliases(paths));
  if (!removed) return false;
  // Out of sight in one step, then at leisure. The descriptor goes second: without M it is no entry for
  // anybody.
  const std::string aside = paths.aside(lock->token());
  if (entry->name.kind == ModelName::Kind::kTree) TFHUB_TRY(take_out_of_sight(paths.model(), aside));
  TFHUB_TRY(os::remove_tree(paths.descriptor()));
  TFHUB_TRY(os::remove_tree(aside));
  TFHUB_TRY(remove_aliases(paths));
  return true;
}

Result<void> DirectoryCache::remove(const std::string& handle) {
  TFHUB_ASSIGN(const EntryPaths paths, paths_of(handle));
  TFHUB_ASSIGN(const auto entry, read_entry(paths));
  if (!entry) return fail(Code::kNotFound, "{} is not in the cache directory {}", handle, directory());
  TFHUB_ASSIGN(const bool removed, remove_entry(paths, [](const EntryOnDisk&) { return true; }));
  if (removed) return {};
  TFHUB_ASSIGN(const auto still_there, read_entry(paths));
  if (!still_there) return {};
  return fail(Code::kConflict, "{} is being filled right now, so it stays; try again when that is done",
              handle);
}

}  // namespace tfhub::cache
