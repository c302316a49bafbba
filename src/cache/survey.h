// What lies in a cache directory, by key. Names that are nobody's of ours are not in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cache/layout.h"

namespace tfhub::cache {

struct KeySurvey {
  bool model = false, descriptor = false, lock = false;
  struct Private {
    std::string path;
    ParsedName name;
  };
  std::vector<Private> private_names;
};
// A missing directory is empty.
Result<std::map<std::string, KeySurvey>> survey(const std::string& directory);

// The aliases of `target`: the keys whose M is a link to it.
Result<std::vector<EntryPaths>> aliases_of(const EntryPaths& target);

}  // namespace tfhub::cache
