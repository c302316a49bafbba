// saved_model.pb: what stands in a SavedModel's graphs. Sources: saved_model.proto, meta_graph.proto,
// graph.proto, function.proto, node_def.proto of TensorFlow; field numbers are never reused there.
#pragma once

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// Fills graph, other_graphs, ops, warnings and assets. Weights held as constants are stepped over, so the
// time goes with the number of nodes. kCorrupt: no such message, no graph in it, or over a limit.
Result<void> read_graphs(Bytes saved_model, Budget& budget, Description& into);

}  // namespace tfhub::savedmodel
