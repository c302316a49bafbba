// How two lists of files differ, in words.
#pragma once

#include <string>

#include "base/manifest.h"

namespace tfhub {

// How `now` differs from `before`, both sorted: "assets/a is new", "b is gone", "c has other bytes"; the
// first difference alone. Empty: not at all. A digest of zeros is not known, and not compared.
std::string difference(const Manifest& before, const Manifest& now);

}  // namespace tfhub
