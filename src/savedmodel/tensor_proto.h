// The messages that describe a tensor, wherever they stand. Sources: tensor_shape.proto (TensorShapeProto),
// meta_graph.proto (TensorInfo), struct.proto (TensorSpecProto).
#pragma once

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

// kCorrupt: no such message, a dimension below -1, or more than 254 of them (tensor_shape.h, MaxDimensions).
Result<Shape> read_shape(Bytes message, Budget& budget);

Result<TensorSpec> read_tensor_info(std::string_view key, Bytes message, Budget& budget);
// Also a BoundedTensorSpecProto. The key is left empty.
Result<TensorSpec> read_tensor_spec(Bytes message, Budget& budget);

}  // namespace tfhub::savedmodel
