// One entry as it lies in a bucket: what find, list, verify and prune all begin with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/bucket/backend.h"
#include "cache/cache.h"
#include "cache/descriptor.h"
#include "cache/layout.h"

namespace tfhub::cache {

struct BucketEntry {
  EntryPaths names;                      // in no directory: relative to the cache's place
  std::optional<Descriptor> descriptor;  // its own
  std::vector<BucketObject> files;       // under M/, names relative to it
  State state = State::kBroken;          // of the tree; an alias has none and is broken

  bool is_alias() const { return descriptor && !descriptor->alias_of().empty(); }
  bool usable() const { return state == State::kComplete || state == State::kForeign; }
};

// Two requests: the descriptor, and a list of M/, which is not asked for where there is no descriptor.
Result<BucketEntry> read_bucket_entry(BucketBackend& bucket, const EntryPaths& names);

// In a bucket the descriptor is the commit: kBroken without one. Else with a record, whether every file is
// there in its size; without one (tensorflow_hub's), as far as names tell.
State judge_bucket_tree(const Descriptor* descriptor, const std::vector<BucketObject>& files);

// The names of M/ in the order in which they appear: what makes a directory a model for TensorFlow comes
// last, so that whoever can open it finds all of it. Gives the number of the others. (They go the other way
// round.)
size_t sort_graph_last(std::vector<std::string>& paths);

// Removes an entry: first the descriptor, then the graph, then all else, so that nobody takes what is left
// for a model.
Result<void> remove_bucket_entry(BucketBackend& bucket, const EntryPaths& names);

}  // namespace tfhub::cache
