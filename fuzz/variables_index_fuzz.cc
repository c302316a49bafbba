// libFuzzer entry: any bytes as variables.index (checksums, which it could not guess, aside).
// Whatever comes, there is an answer: a description that JSON can hold, or kCorrupt. Built by clang:
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DFMT_HEADER_ONLY -Isrc -Iinclude
//     fuzz/variables_index_fuzz.cc src/savedmodel/*.cc src/os/*.cc src/base/*.cc -lcrypto
#include <cstdint>
#include <cstdlib>

#include "base/byte_stream.h"
#include "savedmodel/variables_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tfhub;
  using namespace tfhub::savedmodel;
  const Bytes bytes = std::as_bytes(std::span(data, size));
  Budget budget;
  Description description;
  const auto read = read_variables_index(bytes, budget, description, Checksums::kIgnore);
  if (!read && read.error().code() != Code::kCorrupt) std::abort();
  if (read && to_json(description).empty()) std::abort();
  return 0;
}
