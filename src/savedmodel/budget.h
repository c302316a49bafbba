// How much one description may hold. Formats that share bytes by offset or prefix let a small file name very
// much; what no model needs is refused before it fills memory or takes minutes.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace tfhub::savedmodel {

class Budget {
 public:
  static constexpr uint64_t kItems = 1 << 20;       // signatures, tensors, dimensions, nodes of objects, ...
  static constexpr uint64_t kTextBytes = 64 << 20;  // their names

  // kCorrupt once it is spent.
  Result<void> take(uint64_t items, uint64_t text_bytes = 0) {
    if (items > items_ || text_bytes > text_bytes_)
      return fail(Code::kCorrupt, "it names more than any model needs (over {} things, or {} MiB of names)",
                  kItems, kTextBytes >> 20);
    items_ -= items;
    text_bytes_ -= text_bytes;
    return {};
  }

 private:
  uint64_t items_ = kItems, text_bytes_ = kTextBytes;
};

}  // namespace tfhub::savedmodel
