// StructuredValue (struct.proto): nested tuples, lists and dictionaries of tensor specs, as a function takes
// and gives them, laid out flat.
#pragma once

#include <vector>

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// A canonicalized_input_signature: the pair (positional, keyword) of what a function is called with. A
// tensor's key is its argument's name, else its place ("args_0", "args_1/0"); keys are made unique.
Result<std::vector<TensorSpec>> flat_arguments(Bytes message, Budget& budget);
// An output_signature: the key is the dictionary's, else the place ("output_0").
Result<std::vector<TensorSpec>> flat_results(Bytes message, Budget& budget);

}  // namespace tfhub::savedmodel
