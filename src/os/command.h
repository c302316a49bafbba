// What another program prints.
#pragma once

#include <string>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::os {

// Runs `command` (its first word looked up in PATH) with an empty standard input and waits for its end; what
// it writes to the standard error goes nowhere. At most 1 MiB is kept. kNotFound: there is no such program;
// kUnexpected: it did not end well.
Result<std::string> output_of(const std::vector<std::string>& command);

}  // namespace tfhub::os
