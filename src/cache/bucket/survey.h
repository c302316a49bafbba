// What lies in a cache in a bucket, by key: one list of everything and the descriptors. Names that are
// nobody's of ours are not in it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "cache/bucket/entry.h"

namespace tfhub::cache {

struct BucketKey {
  BucketEntry entry;                 // of an alias too: its descriptor, and no files
  bool has_descriptor = false;       // when it was listed
  std::vector<BucketObject> lock;    // M.lock, if there is one; names are whole
  std::vector<BucketObject> others;  // what tensorflow_hub fills and writes under private names
  bool held = false;                 // somebody who may live has the lock
};
Result<std::map<std::string, BucketKey>> survey_bucket(BucketBackend& bucket,
                                                       std::chrono::milliseconds lock_timeout);

// What stands for the tree of `key`: that of the versioned handle for an alias, else `key`. Null: an alias of
// nothing.
const BucketKey* tree_of(const std::map<std::string, BucketKey>& keys, const BucketKey& key);

}  // namespace tfhub::cache
