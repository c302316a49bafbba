// Reading a model where its host keeps it, through the file-system plugin of TensorFlow.
#pragma once

#include <string>

#include "tfhub/result.h"

namespace tfhub::client {

// "hub.http://host/acme/mul/3" of an http(s) handle: the version that it means now, as TensorFlow reads it
// once the plugin is registered. Touches no cache. kNotFound: the host has no such model.
Result<std::string> in_place_path(const std::string& handle);

}  // namespace tfhub::client
