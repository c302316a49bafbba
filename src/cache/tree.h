// Whether the directory of an entry is what it should be: with a record, a stat a file; without one, as far
// as that goes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cache/cache.h"
#include "cache/descriptor.h"
#include "cache/place.h"

namespace tfhub::cache {

// kComplete, kForeign or kBroken. `model` is there (a directory, or something else, which is broken);
// `descriptor` may be null. What of it is not of `owners` makes it broken, like what is missing.
Result<State> judge_tree(const std::string& model, const Descriptor* descriptor, Owners owners);
// The first path in it, itself first, that is not of `owners`; nothing: all of it is.
Result<std::optional<std::string>> find_foreign(const std::string& model, Owners owners);

// What the names alone tell of a tree without a record: those in it, and those in its variables/.
// tensorflow_hub keeps no list of files, so only what every whole model has can be asked for. What cleaners
// of /tmp leave is typical: all directories and no file, or the young files without the old.
bool names_look_whole(const std::vector<std::string>& top, const std::vector<std::string>& variables);

// What a path of an entry is at this moment.
struct ModelName {
  enum class Kind { kNothing, kTree, kAlias };
  Kind kind = Kind::kNothing;
  std::string target;  // of an alias: the key it points to
};
// A symlink is an alias only in the form that set_alias gives it (a key, relative); any other is somebody's
// own way to keep a model elsewhere, and followed.
Result<ModelName> look_at_model(const std::string& model);

}  // namespace tfhub::cache
