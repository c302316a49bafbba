// Which names a model's files may have: the archive policy of docs/architecture.md, one rule for unpacking
// and for publishing. Such names mean the same on every file system and stay inside the directory they are
// put in.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tfhub/result.h"

namespace tfhub::archive {

inline constexpr size_t kMaxPathBytes = 1024;
inline constexpr size_t kMaxPathDepth = 32;
inline constexpr size_t kMaxNameBytes = 255;  // of one segment: NAME_MAX of every common file system

// The path a tar member's name stands for: "./x" is "x", a directory may end in '/', "." is the root (empty).
// kCorrupt, naming the rule, if the policy refuses it.
Result<std::string> member_path(std::string_view name, bool directory);

// The same rules for a path that has neither "./" before it nor '/' after it.
Result<void> check_path(std::string_view path);

// Every path of one model, so that none comes twice, and none is a file here and a directory there. Names
// that differ only in case or Unicode normal form are one on many file systems: two of them are refused
// unless the one at hand tells them apart. Parents that are only implied count as directories.
class PathSet {
 public:
  Result<void> add(const std::string& path, bool directory);
  // Asked once for each name that folds to one that is there.
  void names_may_fold(std::function<bool(const std::string& one, const std::string& other)> ask) {
    tells_apart_ = std::move(ask);
  }

 private:
  struct Node {
    std::string spelling;  // empty: as the key
    bool directory = false;
    bool listed = false;  // had an entry of its own, not only files below it
  };
  Result<void> add_one(std::string_view path, bool directory, bool listed);

  Result<void> add_to(Node& node, std::string_view path, bool directory, bool listed);

  std::unordered_map<std::string, Node> nodes_;   // by folded path
  std::unordered_map<std::string, Node> others_;  // by their own path: those that fold to one of these
  std::function<bool(const std::string&, const std::string&)> tells_apart_;
  std::string last_parent_;  // known to be there: files of one directory come together
};

}  // namespace tfhub::archive
