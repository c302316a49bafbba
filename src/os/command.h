// What another program prints.
#pragma once

#include <string>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::os {

// Runs `command` with an empty standard input, in the root directory, and waits for its end; what it writes
// to the standard error goes nowhere. Its first word is an absolute path or is looked up in PATH, whose
// relative and empty entries do not count: nothing that happens to lie in the current directory is ever run
// or read. At most 1 MiB is kept. kNotFound: there is no such program; kUnexpected: it did not end well.
Result<std::string> output_of(const std::vector<std::string>& command);

}  // namespace tfhub::os
