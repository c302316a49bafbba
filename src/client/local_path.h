// Handles that are paths: returned unchanged if something is there.
#pragma once

#include <string>

#include "tfhub/result.h"

namespace tfhub::client {

// kNotFound when nothing is there. A gs:// path is returned as it is: whether it exists is known only with
// the bucket's credentials, which the loader has and we have not; the loader will say so.
Result<std::string> existing_path(const std::string& handle);

// The plain path behind "file:///x" or "x".
std::string plain_path(const std::string& handle);

}  // namespace tfhub::client
