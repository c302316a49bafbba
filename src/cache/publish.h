// The commit: a filled staging directory becomes M, with its descriptor.
#pragma once

#include <string>
#include <string_view>

#include "cache/layout.h"
#include "os/staging.h"

namespace tfhub::cache {

// Replaces a broken M. false: somebody else has put a usable one there meanwhile, which stays. On failure
// nothing new is left. The caller holds the lock with this token.
Result<bool> publish(const EntryPaths& paths, std::string_view token, os::StagingDirectory& staging,
                     const std::string& descriptor);

// Writes paths.descriptor() whole or not at all.
Result<void> write_descriptor(const EntryPaths& paths, std::string_view token, const std::string& text);

}  // namespace tfhub::cache
