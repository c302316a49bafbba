// Load format UNCOMPRESSED: the gs:// path that a host names for a handle, to be read in place.
#pragma once

#include <string>

#include "tfhub/result.h"

namespace tfhub::client {

// The body of the host's 303, verbatim. Touches no cache.
Result<std::string> bucket_path(const std::string& handle);

}  // namespace tfhub::client
