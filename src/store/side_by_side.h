// Work on many objects: in turn where the store is near, many at once where each answer takes a while.
#pragma once

#include "base/parallel.h"
#include "store/object_store.h"

namespace tfhub::store {

// in_parallel(), from as many threads as pay with this store.
inline Result<void> side_by_side(const ObjectStore& store, size_t count,
                                 const std::function<Result<void>(size_t)>& work) {
  constexpr unsigned kAtOnce = 24;
  return in_parallel(count, dynamic_cast<const BucketObjects*>(&store) != nullptr ? kAtOnce : 1, work);
}

}  // namespace tfhub::store
