// Any bytes as a .tflite file.
#include "savedmodel/tflite.h"
#include "savedmodel_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tfhub;
  using namespace tfhub::savedmodel;
  return must_answer(data, size, [](Bytes bytes, Budget& budget, Description& description) {
    return read_tflite(bytes, budget, description);
  });
}
