// Members of an archive that are a second name, or a second copy, of a file before them. GNU tar writes the
// other names of one inode as hard links (a tree that jdupes or `cp -al` made), and some archives hold a
// member twice (tensorflow_hub's own test makes such). The bytes are there when all else is: then links
// become files of their own, and copies are compared and go.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/manifest.h"
#include "os/staging.h"
#include "tfhub/result.h"

namespace tfhub::archive {

class SecondNames {
 public:
  explicit SecondNames(os::StagingDirectory& target) : target_(target) {}

  // A file came, under a name of its own.
  void add_file(const std::string& path, uint64_t size) { sizes_.emplace(path, size); }
  bool knows(const std::string& path) const { return sizes_.contains(path); }
  // `path` comes once more: under which name its bytes are to be put, one that no member can have.
  std::string put_aside(const std::string& path);
  // `path` is to be what `to` is; how large. kCorrupt: `to` is no file before it.
  Result<uint64_t> link(const std::string& path, const std::string& to);

  // `files` are all that were unpacked. kCorrupt: a copy differs.
  Result<void> settle(Manifest& files);

 private:
  Result<void> compare_copies(Manifest& files);
  Result<FileEntry> copy(const FileEntry& from, const std::string& path);

  struct Pair {
    std::string path, other;
  };
  os::StagingDirectory& target_;
  std::unordered_map<std::string, uint64_t> sizes_;
  std::vector<Pair> copies_, links_;
};

}  // namespace tfhub::archive
