// What a key may be, the same for every backend, so that a store can be copied from one to another.
#pragma once

#include <string_view>

#include "tfhub/result.h"

namespace tfhub::store {

// At most 1,024 bytes in segments of 1 to 255, '/' between them; no "." or "..", no NUL or other control
// character, and no ".tmp" in front (a directory store's private place). Else kUsage.
Result<void> check_key(std::string_view key);
// Empty, or a key with a '/' behind it.
Result<void> check_prefix(std::string_view prefix);

inline constexpr std::string_view kTemporaryFolder = ".tmp";

}  // namespace tfhub::store
