// Where TensorFlow's library is.
#pragma once

#include <string>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::tensorflow {

// The library that `path` stands for: itself, or what a package folder (of the wheel, or of an unpacked C
// library) holds. kUsage: nothing is there, or no TensorFlow.
Result<std::string> library_in(const std::string& path);

// What to try to open, best first: paths, and names that the dynamic linker looks up. What TFHUB_TENSORFLOW
// says stands alone. kUsage: it says something that is not there.
Result<std::vector<std::string>> candidates();

}  // namespace tfhub::tensorflow
