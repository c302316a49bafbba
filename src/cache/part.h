// What a process that was interrupted had received of a download (EntryPaths::part), and who may go on with
// it.
#pragma once

#include <chrono>
#include <string>

#include "cache/layout.h"

namespace tfhub::cache {

// So long it is kept.
inline constexpr std::chrono::hours kPartLasts{24};

// The youngest part of this key that nobody is writing, if one is there, gets the name `part`; the others go.
// The caller holds the key's lock; a rival that has lost it may still be at work on a part of his own.
Result<void> adopt_part(const EntryPaths& paths, const std::string& part);

// Whether a part at `path` is one that is kept: not too old.
bool is_kept_part(const std::string& path);

}  // namespace tfhub::cache
