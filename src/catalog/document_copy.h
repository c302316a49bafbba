// The documents and vocabularies of a store into another. They may change, so a difference is not always a
// conflict: the newer of two wins if it is the one that is copied.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catalog/long_work.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct DocumentsCopied {
  size_t copied = 0, there = 0;
  uint64_t bytes = 0;                                                   // copied
  std::vector<std::pair<std::string, std::string>> conflicts, damaged;  // key, and why
};

Result<DocumentsCopied> copy_documents(store::ObjectStore& from, store::ObjectStore& to, unsigned threads,
                                       const LongWork& work);

}  // namespace tfhub::catalog
