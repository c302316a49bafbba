#include "hubfs/file_tree.h"

#include <algorithm>

namespace tfhub::hubfs {
namespace {

// What every path below a directory begins with.
std::string prefix_of(std::string_view directory) {
  return directory.empty() ? std::string() : std::string(directory) + "/";
}

}  // namespace

FileTree::FileTree(Manifest files) : files_(std::move(files)) {
  std::sort(files_.begin(), files_.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
}

Manifest::const_iterator FileTree::at_or_after(std::string_view path) const {
  return std::lower_bound(
      files_.begin(), files_.end(), path,
      [](const FileEntry& entry, std::string_view wanted) { return entry.path < wanted; });
}

const FileEntry* FileTree::file(std::string_view path) const {
  const auto found = at_or_after(path);
  return found != files_.end() && found->path == path ? &*found : nullptr;
}

bool FileTree::is_directory(std::string_view path) const {
  if (path.empty()) return true;
  const std::string prefix = prefix_of(path);
  const auto first = at_or_after(prefix);
  return first != files_.end() && first->path.starts_with(prefix);
}

std::vector<std::string> FileTree::children(std::string_view directory) const {
  const std::string prefix = prefix_of(directory);
  std::vector<std::string> names;
  for (auto at = at_or_after(prefix); at != files_.end() && at->path.starts_with(prefix);) {
    const std::string_view rest = std::string_view(at->path).substr(prefix.size());
    const size_t slash = rest.find('/');
    names.emplace_back(rest.substr(0, slash));
    // '0' follows '/': past all that lies in that directory.
    at = slash == std::string_view::npos ? at + 1 : at_or_after(prefix + names.back() + "0");
  }
  // "a", "a-b", "a/c": a directory's files do not follow the file names that begin like it.
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tfhub::hubfs
