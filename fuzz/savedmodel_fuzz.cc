// Any bytes as saved_model.pb.
#include "savedmodel_fuzz.h"

#include "savedmodel/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tfhub;
  using namespace tfhub::savedmodel;
  return must_answer(data, size, [](Bytes bytes, Budget& budget, Description& description) {
    return read_graphs(bytes, budget, description);
  });
}
