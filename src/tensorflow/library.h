// TensorFlow in this process: found and opened when it is first needed, for good.
#pragma once

#include <string>

#include "tensorflow/c_api.h"
#include "tfhub/result.h"

namespace tfhub::tensorflow {

// Opens a library out of sight of the rest of the process (two copies of protobuf that see each other abort)
// and looks its functions up. kUnexpected: it cannot be opened, or is no TensorFlow of 2.4 or newer.
Result<CApi> open_library(const std::string& path);

// The one of this process. Once found it stays: a process lives with one TensorFlow only. kUsage:
// TFHUB_TENSORFLOW is wrong; kUnexpected: there is none.
Result<const CApi*> library();

}  // namespace tfhub::tensorflow
