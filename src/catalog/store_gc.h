// What a store can do without: what dead publishers and dead writers left. What no record names but nobody
// can be sure of is told, and stays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/long_work.h"
#include "catalog/publication.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct UnknownObject {
  std::string key;
  uint64_t size = 0;
};

struct GcReport {
  std::vector<Collected> staging;
  std::vector<store::LeftOver> temporary;
  std::vector<UnknownObject> unknown;  // kept
  uint64_t freed() const;
};

// dry_run: nothing is removed or promoted; the report says what would be.
Result<GcReport> collect_garbage(store::ObjectStore& store, bool dry_run, const LongWork& work);

}  // namespace tfhub::catalog
