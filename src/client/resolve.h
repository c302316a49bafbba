// What resolve() can answer without asking anybody.
#pragma once

#include <optional>
#include <string>

#include "tfhub/hub.h"

namespace tfhub::client {

// The path, if `handle` is one or is versioned and in a cache on this machine; nothing, if the network has to
// be asked or somebody waited for. Errors of resolve().
Result<std::optional<std::string>> resolve_at_once(const std::string& handle, const ResolveOptions& options);

}  // namespace tfhub::client
