// What a model says of itself, read without TensorFlow: which file tells it, and the readers put together.
#pragma once

#include "savedmodel/description.h"
#include "savedmodel/model_files.h"

namespace tfhub::savedmodel {

// Reads the graph and the index, never the weights. kCorrupt: not a model, or one whose files cannot be read,
// naming the file and what is wrong with it; other codes come from `files`.
Result<Description> describe(const ModelFiles& files);

}  // namespace tfhub::savedmodel
