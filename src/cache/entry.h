// One entry as it lies there: what find, list, verify and prune all begin with.
#pragma once

#include <optional>
#include <string>

#include "cache/descriptor.h"
#include "cache/layout.h"
#include "cache/tree.h"

namespace tfhub::cache {

struct EntryOnDisk {
  EntryPaths paths;
  ModelName name;
  State state = State::kBroken;          // of the tree: for an alias, of the one it points to
  std::optional<Descriptor> descriptor;  // its own
  // Of an alias: where the tree is, and that entry's descriptor.
  EntryPaths target_paths;
  std::optional<Descriptor> target_descriptor;

  bool is_alias() const { return name.kind == ModelName::Kind::kAlias; }
  bool usable() const { return state == State::kComplete || state == State::kForeign; }
  const EntryPaths& tree_paths() const { return is_alias() ? target_paths : paths; }
  const std::optional<Descriptor>& tree_descriptor() const {
    return is_alias() ? target_descriptor : descriptor;
  }
};
// Takes no lock and writes nothing. Nothing: neither M nor a descriptor is there. A descriptor without M is
// broken.
Result<std::optional<EntryOnDisk>> read_entry(EntryPaths paths);

// Last use is the time stamp of the descriptor. A hit moves it at most once an hour, and a refusal is
// ignored.
void touch(const EntryPaths& paths, const std::optional<Descriptor>& descriptor);

}  // namespace tfhub::cache
