// What the model behind a handle or a path says of itself: as values, where inspect() of tfhub/hub.h gives
// text.
#pragma once

#include <string>

#include "savedmodel/description.h"
#include "tfhub/hub.h"

namespace tfhub::client {

// A handle is pulled into the cache first. Errors of pull(); kCorrupt: the model cannot be read.
Result<savedmodel::Description> describe(const std::string& handle, const InspectOptions& options);

// The same for a directory, a .tflite file or a gs:// path.
Result<savedmodel::Description> describe_tree(const std::string& path);

}  // namespace tfhub::client
