// Which store is meant when nobody says it.
#pragma once

#include <string>

#include "tfhub/result.h"

namespace tfhub::client {

// `option`, else TFHUB_STORE, else tfhub in $XDG_DATA_HOME (~/.local/share). kUsage when there is no home
// either.
Result<std::string> store_location(const std::string& option);

}  // namespace tfhub::client
