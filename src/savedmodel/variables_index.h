// variables/variables.index: which tensors a SavedModel's variables are, without their bytes. Sources:
// tensor_bundle.proto and the key layout told in tensorflow/core/util/tensor_bundle.
#pragma once

#include <functional>
#include <string_view>

#include "base/byte_stream.h"
#include "savedmodel/budget.h"
#include "savedmodel/description.h"
#include "savedmodel/table.h"

namespace tfhub::savedmodel {

// Fills tensors, parameter_count and tensor_bytes. A partitioned variable is one tensor of its full shape.
// The object graph that TensorFlow keeps there as a string (_CHECKPOINTABLE_OBJECT_GRAPH) is no weight and
// left out. What training left (an optimizer's variables, Keras' metrics, the count of saves) is listed, but
// its numbers are no parameters. kCorrupt: no such table, an entry whose size does not fit its type and
// shape, or over a limit.
Result<void> read_variables_index(Bytes file, Budget& budget, Description& into,
                                  Checksums checksums = Checksums::kVerify);

// Where the bytes of an entry lie: in which shard, from where on.
struct Extent {
  uint32_t shard = 0;
  uint64_t offset = 0, size = 0;
};
// The number of shards that the index speaks of and, by calls of `extent`, where each entry's bytes lie; an
// error of `extent` ends the reading. kCorrupt: no such table.
Result<uint32_t> read_extents(Bytes file,
                              const std::function<Result<void>(std::string_view key, const Extent&)>& extent);

}  // namespace tfhub::savedmodel
