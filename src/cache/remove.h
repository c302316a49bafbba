// Taking an entry out of the cache so that nobody ever sees half of it.
#pragma once

#include <functional>

#include "cache/cache.h"
#include "cache/entry.h"

namespace tfhub::cache {

// A tree M out of sight in one step, by the name `aside`, from which the caller removes it. false: it could
// not be moved as a whole (a directory of an image's lower layer) and was removed where it lay. kNotAllowed,
// and nothing is changed: this user may not remove all of it. The caller holds M's lock.
Result<bool> take_out_of_sight(const std::string& model, const std::string& aside);

// The entry and, first, the aliases that point to it. `still_wanted` is asked once more under the lock, with
// what is there then. false: somebody holds a lock of it (it is being filled or removed), or it is not wanted
// any more; nothing was done.
using StillWanted = std::function<bool(const EntryOnDisk&)>;
Result<bool> remove_entry(const EntryPaths& paths, const StillWanted& still_wanted);

}  // namespace tfhub::cache
