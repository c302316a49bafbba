// Two-phase writes as types: fill something nobody sees, then commit() makes it visible at once; a destructor
// without commit() leaves nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_stream.h"
#include "os/fd.h"

namespace tfhub::os {

// A directory being filled. Every name is opened strictly beneath it: no absolute path, no "..", no symlink
// on the way, even if somebody else plants one meanwhile (openat2 with RESOLVE_BENEATH and NO_SYMLINKS).
class StagingDirectory {
 public:
  // Creates `path` (its parent exists); kConflict when something is there.
  static Result<StagingDirectory> create(std::string path);
  ~StagingDirectory();  // removes the tree unless committed or released
  StagingDirectory(StagingDirectory&& other) noexcept;
  StagingDirectory& operator=(StagingDirectory&&) = delete;

  const std::string& path() const { return path_; }

  // A directory (0755) and its missing parents. Existing is fine.
  Result<void> make_directory(std::string_view relative);
  // A new file (0644); its parent directory exists. An existing name is an error.
  Result<UniqueFd> create_file(std::string_view relative);

  // Everything written so far survives a power cut: few files are synced one by one, many with one syncfs.
  Result<void> sync();
  // sync(), then rename to `destination` (nothing, or an empty directory, is there), then sync of its parent.
  // false: somebody else's non-empty directory is there; it stays, and this one is still ours.
  Result<bool> commit(const std::string& destination);
  // Gives up ownership: nothing is removed.
  void release() { owned_ = false; }

 private:
  StagingDirectory(std::string path, UniqueFd directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string path_;
  UniqueFd directory_;
  uint64_t files_ = 0;
  bool owned_ = true;
};

// A file being written; commit() puts it in place whole.
class StagingFile final : public ByteSink {
 public:
  static Result<StagingFile> create(std::string path);  // the temporary name itself; parent exists
  ~StagingFile() override;
  StagingFile(StagingFile&& other) noexcept;
  StagingFile& operator=(StagingFile&&) = delete;

  Result<void> write(Bytes bytes) override;
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  // fsync, rename over `destination`, fsync of its parent.
  Result<void> commit(const std::string& destination);

 private:
  StagingFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  UniqueFd fd_;
  uint64_t size_ = 0;
  bool owned_ = true;
};

}  // namespace tfhub::os
