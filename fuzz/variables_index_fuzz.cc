// Any bytes as variables.index (checksums, which it could not guess, aside).
#include "savedmodel/variables_index.h"
#include "savedmodel_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tfhub;
  using namespace tfhub::savedmodel;
  return must_answer(data, size, [](Bytes bytes, Budget& budget, Description& description) {
    return read_variables_index(bytes, budget, description, Checksums::kIgnore);
  });
}
