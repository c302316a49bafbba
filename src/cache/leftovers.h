// What processes that died left behind: their locks, staging directories and other private names.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cache/layout.h"

namespace tfhub::cache {

struct Leftover {
  EntryPaths paths;
  std::string path;
  std::string why;
  uint64_t size = 0;
  bool is_lock = false;
};
// Those whose owner is dead: for certain, or because nothing about them changed while this call watched (at
// most a second, once for all of them). Nothing is removed.
Result<std::vector<Leftover>> find_leftovers(const std::string& directory,
                                             std::chrono::milliseconds lock_timeout);

// Removes one, unless it has come to life. Whether it did.
Result<bool> remove_leftover(const Leftover& leftover);

}  // namespace tfhub::cache
