// A SavedModel or TF1 Hub module in a session of TensorFlow's.
#pragma once

#include <memory>
#include <string>

#include "savedmodel/description.h"
#include "tensorflow/c_api.h"
#include "tfhub/saved_model.h"

namespace tfhub::tensorflow {

// Loads `graph` of the model in the directory (or bucket, where TensorFlow reads one) `path`: variables
// restored, tables filled from their assets. kCorrupt: TensorFlow cannot load it.
Result<std::shared_ptr<const SavedModel::Runner>> load_session(const CApi& api, const std::string& path,
                                                               const savedmodel::Graph& graph);

}  // namespace tfhub::tensorflow
