// A TF.js model directory: model.json and the weight shards that it names.
#pragma once

#include <string>

#include "tfhub/result.h"

namespace tfhub::savedmodel {

// kCorrupt: model.json is no JSON object, its weightsManifest has not the shape that TF.js reads, or a shard
// is missing or lies outside the directory.
Result<void> check_tfjs(const std::string& directory);

}  // namespace tfhub::savedmodel
