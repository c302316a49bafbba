// model.json of a TF.js model. Sources: the types GraphModel and LayersModel artifacts of tfjs-core
// (io/types.ts), and what its converter writes; a graph model's topology is a GraphDef as protobuf's JSON has
// it.
#pragma once

#include <string_view>

#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// Fills format, producer, one signature ("default"), ops (a layers model: its layers' classes), tensors and
// sums. What a layers model gives has no known type and shape: they follow from its layers. kCorrupt: no JSON
// object, values of other types than TF.js reads, or over a limit.
Result<void> read_tfjs(std::string_view model_json, Budget& budget, Description& into);

}  // namespace tfhub::savedmodel
