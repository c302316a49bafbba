#include "base/error.h"
#include "cache/directory_cache.h"
#include "cache/entry.h"

namespace tfhub::cache {

std::string_view to_string(State state) {
  switch (state) {
    case State::kComplete:
      return "complete";
    case State::kForeign:
      return "tensorflow_hub";
    case State::kBroken:
      return "broken";
    case State::kFilling:
      return "filling";
    case State::kLeftover:
      return "left-over";
  }
  return "broken";
}

Result<EntryPaths> DirectoryCache::paths_of(const std::string& handle) const {
  return entry_paths(directory(), handle, place_.owners);
}

Result<std::optional<Hit>> DirectoryCache::find(const std::string& handle) const {
  TFHUB_ASSIGN(EntryPaths paths, paths_of(handle));
  TFHUB_ASSIGN(const auto entry, read_entry(std::move(paths)));
  if (!entry || !entry->usable()) return std::nullopt;
  touch(entry->paths, entry->descriptor);
  if (entry->is_alias()) touch(entry->target_paths, entry->target_descriptor);

  Hit hit;
  hit.path = entry->tree_paths().model();
  hit.state = entry->state;
  hit.alias = entry->is_alias();
  hit.handle = handle;
  if (const auto& tree = entry->tree_descriptor()) hit.downloaded = tree->downloaded();
  if (!hit.alias) {
    if (entry->descriptor) hit.etag = entry->descriptor->etag();
    return hit;
  }
  hit.handle = entry->target_descriptor ? entry->target_descriptor->handle() : std::string();
  if (!entry->descriptor) return hit;
  // The link and its descriptor are exchanged one after the other. After a crash in between the old ETag must
  // not stand for the new tree (the host would answer "not modified" for ever), nor the new for the old.
  if (entry->descriptor->alias_key() == entry->name.target) {
    hit.handle = entry->descriptor->alias_of();
    hit.etag = entry->descriptor->etag();
  }
  return hit;
}

}  // namespace tfhub::cache
