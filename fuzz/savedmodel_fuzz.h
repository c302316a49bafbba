// What the targets of src/savedmodel share: whatever comes, there is an answer, a description that JSON can
// hold or kCorrupt.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// `read(bytes, budget, description)` is the reader under test.
template <typename Read>
int must_answer(const uint8_t* data, size_t size, Read read) {
  Budget budget;
  Description description;
  const auto done = read(std::as_bytes(std::span(data, size)), budget, description);
  if (!done && done.error().code() != Code::kCorrupt) std::abort();
  if (done && to_json(description).empty()) std::abort();
  return 0;
}

}  // namespace tfhub::savedmodel
