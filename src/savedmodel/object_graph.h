// The object graph of a TF2 SavedModel: which functions the loaded object has, and what they take. Sources:
// saved_object_graph.proto, trackable_object_graph.proto, struct.proto of TensorFlow.
#pragma once

#include <vector>

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// The functions that are attributes of the root object: __call__ and all without a leading underscore. Each
// traced variant once; arguments that are Python values (training=False) are not among its inputs.
Result<std::vector<Function>> read_functions(Bytes object_graph, Budget& budget);

}  // namespace tfhub::savedmodel
