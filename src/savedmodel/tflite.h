// A .tflite file: signatures, operators, weights and their quantisation. Source: TensorFlow Lite's
// schema.fbs, version 3 ("TFL3").
#pragma once

#include <string>
#include <string_view>

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// Fills signatures, ops (of all subgraphs), warnings, tensors, sums and producer. A model without
// SignatureDefs has one signature, "main": what the interpreter of its first subgraph takes and gives, by the
// tensors' names. Only the tables are read, the weights are stepped over. kCorrupt: no such file, damaged, or
// over a limit.
Result<void> read_tflite(Bytes file, Budget& budget, Description& into);

// "CONV_2D" of the schema's BuiltinOperator; an unknown number -> "operator 999".
std::string builtin_operator_name(int64_t number);

}  // namespace tfhub::savedmodel
