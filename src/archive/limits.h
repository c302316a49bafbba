// How much one archive may cost us. Each limit is a setting, named in the error it causes.
#pragma once

#include <cstdint>

#include "tfhub/result.h"

namespace tfhub::archive {

struct Limits {
  uint64_t total_bytes = uint64_t{50} << 30;  // TFHUB_MAX_MODEL_SIZE, and never more than the disk has free
  uint64_t entries = 100'000;                 // TFHUB_MAX_MODEL_FILES
  uint64_t expansion = 200;                   // TFHUB_MAX_EXPANSION: bytes out per byte in …
  uint64_t expansion_from = 64 << 20;         // … once this many bytes have come out

  static Result<Limits> from_settings();
};

}  // namespace tfhub::archive
