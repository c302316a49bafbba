// What a file or directory is, from its own bytes, without TensorFlow: enough to publish it and to refuse
// what is broken in words. What is inside the graph is never a reason to refuse.
#pragma once

#include <optional>
#include <string>

#include "tfhub/result.h"

namespace tfhub::savedmodel {

enum class Form { kSavedModel, kTf1Hub, kTfJs, kTfLiteFile, kArchiveFile };

// A directory: SavedModel (saved_model.pb or .pbtxt), TF1 Hub (also tfhub_module.pb), TF.js (model.json). A
// file: TF Lite (identifier TFL3 at byte 4) or an archive (gzip, bzip2, xz, tar by its first bytes).
// kNotFound when nothing is there; kCorrupt when it is none of these, saying what was expected and what was
// found.
Result<Form> recognise(const std::string& path);

// The name of a folder of `directory` that holds a model, where the directory itself holds none: the
// commonest slip in packing.
std::optional<std::string> model_inside(const std::string& directory);

// A SavedModel directory is whole, and its files are what their names say (no Git LFS pointers, no text for a
// graph): where there are variables shards there is an index, and every i-of-n shard is there. A TF.js
// directory: model.json is JSON and every weight shard it names is there. kCorrupt, naming what is missing.
Result<void> check(const std::string& path, Form form);

}  // namespace tfhub::savedmodel
