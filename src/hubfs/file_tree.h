// The files of one version as the directories they lie in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/manifest.h"

namespace tfhub::hubfs {

class FileTree {
 public:
  explicit FileTree(Manifest files);

  const FileEntry* file(std::string_view path) const;  // null: none
  bool is_directory(std::string_view path) const;      // "" is the root
  bool has(std::string_view path) const { return is_directory(path) || file(path) != nullptr; }
  // The names in a directory, each once.
  std::vector<std::string> children(std::string_view directory) const;

 private:
  Manifest::const_iterator at_or_after(std::string_view path) const;

  Manifest files_;
};

}  // namespace tfhub::hubfs
