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
  std::vector<BucketObject> lock;    // M.lock, if there is one; names are whole
  std::vector<BucketObject> others;  // what tensorflow_hub fills and writes under private names
  bool held = false;                 // somebody who may live has the lock
};
Result<std::map<std::string, BucketKey>> survey_bucket(BucketBackend& bucket,
                                                       std::chrono::milliseconds lock_timeout);

// Whether the holder of this lock is dead, as far as one look tells: no such process on this host, or neither
// the lock nor what he fills is younger than he may be silent, by the bucket's clock against ours.
bool is_abandoned(const std::string& content, std::chrono::system_clock::time_point last_sign,
                  std::chrono::milliseconds lock_timeout);

}  // namespace tfhub::cache
