// How the readers of this folder get at a model's files: a directory today, a store's single files tomorrow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "tfhub/result.h"

namespace tfhub::savedmodel {

// The bytes of a file, and what keeps them in memory.
struct Blob {
  Bytes bytes;
  std::shared_ptr<const void> owner;
};

// `size` bytes of an open file, mapped: its pages are the kernel's, shared by all who look at them, and given
// back when memory is short.
Result<Blob> map_blob(int fd, uint64_t size, const std::string& path_for_errors);

class ModelFiles {
 public:
  virtual ~ModelFiles() = default;
  // What errors call the model: its path or URL.
  virtual const std::string& name() const = 0;
  // A regular file; nothing where there is none. `path` is relative, '/' between segments. kCorrupt: larger
  // than `limit` bytes.
  virtual Result<std::optional<Blob>> open(const std::string& path, uint64_t limit) const = 0;
  // Paths of all files, sorted.
  virtual Result<std::vector<std::string>> list() const = 0;
};

// A directory, or (a path that is a file) that one file alone. Small files are read. Large ones are mapped: a
// graph with its weights inside may have 2 GB, of which little is looked at. Who shortens a mapped file in
// place meanwhile ends the process (SIGBUS); files of the cache and of stores are only ever replaced whole.
class LocalFiles final : public ModelFiles {
 public:
  explicit LocalFiles(std::string path);
  const std::string& name() const override { return path_; }
  Result<std::optional<Blob>> open(const std::string& path, uint64_t limit) const override;
  Result<std::vector<std::string>> list() const override;

 private:
  std::string path_;
};

}  // namespace tfhub::savedmodel
