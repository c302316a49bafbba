// Packing a directory as the hub serves it: deterministic (the same directory gives the same bytes, whatever
// the machine, the time or the number of cores), directories before their files, owner 0, time 0, modes
// 0644/0755, one gzip member. Chunks are deflated on every core with ISA-L; files are read once and digested
// in that pass.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/limits.h"
#include "base/byte_stream.h"
#include "base/manifest.h"
#include "base/progress.h"

namespace tfhub::archive {

struct TreeEntry {
  std::string path;    // in the archive, relative
  std::string source;  // on disk: links inside the directory are followed
  bool directory = false;
  uint64_t size = 0;
};

// Which links of a directory are followed to the files that they lead to.
enum class Links {
  kInside,      // those that stay in it
  kEverywhere,  // all: the user has said that they are his (huggingface_hub, DVC and git-annex keep files
                // elsewhere)
};

// What packing `directory` will take, in archive order: parents first, names sorted. Refuses (kCorrupt,
// naming file and rule) whatever extract() would refuse: the same policy on both sides. kUsage: a link leaves
// it. What macOS puts beside files is left out, and a warning says so.
Result<std::vector<TreeEntry>> list_tree(const std::string& directory, const Limits& limits,
                                         Links links = Links::kInside);

// Sees each file's bytes as they are read for the archive, so that a second copy costs no second pass. Calls
// come in archive order from one thread.
class FileObserver {
 public:
  virtual ~FileObserver() = default;
  virtual Result<void> begin(const TreeEntry& file) = 0;
  virtual Result<void> data(Bytes bytes) = 0;
  virtual Result<void> end(const FileEntry& file) = 0;
};

struct PackOptions {
  unsigned threads = 0;  // 0: one a core. Never changes the bytes
  Progress* progress = nullptr;
  FileObserver* observer = nullptr;
};

struct Packed {
  Manifest files;
  uint64_t archive_size = 0;
  Sha256Digest archive_sha256;
};

// A file that changes size while it is read is an error.
Result<Packed> pack(const std::vector<TreeEntry>& entries, ByteSink& sink, const PackOptions& options);

}  // namespace tfhub::archive
