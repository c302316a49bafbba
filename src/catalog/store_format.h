// Which form of the layout a store has: ".tfhub-store.json", put if absent by the first publish. A store
// without it has the first form.
#pragma once

#include "store/object_store.h"

namespace tfhub::catalog {

inline constexpr unsigned kStoreFormat = 1;  // the newest this code knows

// The store's format. kUsage: a newer tfhub made it; kCorrupt: the object says nothing.
Result<unsigned> check_format(store::ObjectStore& store);
// By whoever has put something into the store. What stands there stays.
Result<void> put_format(store::ObjectStore& store);

}  // namespace tfhub::catalog
