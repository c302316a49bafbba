// libFuzzer entry: any bytes as a TF.js model.json.
// Whatever comes, there is an answer: a description that JSON can hold, or kCorrupt. Built by clang:
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DFMT_HEADER_ONLY -Isrc -Iinclude
//     fuzz/tfjs_fuzz.cc src/savedmodel/*.cc src/os/*.cc src/base/*.cc -lcrypto
#include <cstdint>
#include <cstdlib>

#include "base/byte_stream.h"
#include "savedmodel/tfjs_description.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tfhub;
  using namespace tfhub::savedmodel;
  const Bytes bytes = std::as_bytes(std::span(data, size));
  Budget budget;
  Description description;
  const auto read = read_tfjs(as_text(bytes), budget, description);
  if (!read && read.error().code() != Code::kCorrupt) std::abort();
  if (read && to_json(description).empty()) std::abort();
  return 0;
}
