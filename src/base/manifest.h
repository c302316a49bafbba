// The files of one model: what packing and unpacking give back, what a version record and a cache entry's
// record hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"

namespace tfhub {

struct FileEntry {
  std::string path;  // relative, '/' between segments, no "./" before it
  uint64_t size = 0;
  Sha256Digest sha256;
  bool operator==(const FileEntry&) const = default;
};

// Sorted by path, byte-wise. Directories are not listed: they hold no bytes.
using Manifest = std::vector<FileEntry>;

uint64_t total_size(const Manifest& files);

}  // namespace tfhub
