#include "base/manifest.h"

#include <numeric>

namespace tfhub {

uint64_t total_size(const Manifest& files) {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const FileEntry& file) { return sum + file.size; });
}

}  // namespace tfhub
