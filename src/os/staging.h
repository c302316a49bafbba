// Two-phase writes as types: fill something nobody sees, then commit() makes it visible at once; a destructor
// without commit() leaves nothing.
#pragma once

#include <sys/types.h>

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
  // Creates `path` (its parent exists); kConflict when something is there. All directories in it get `mode`
  // less the umask, and all files the same without the execute bits.
  static Result<StagingDirectory> create(std::string path, mode_t mode = 0777);
  ~StagingDirectory();  // removes the tree unless committed or released
  StagingDirectory(StagingDirectory&& other) noexcept;
  StagingDirectory& operator=(StagingDirectory&&) = delete;

  const std::string& path() const { return path_; }

  // A directory and its missing parents. Existing is fine.
  Result<void> make_directory(std::string_view relative);
  // A new file; its parent directory exists. An existing name is an error.
  Result<UniqueFd> create_file(std::string_view relative);

  // Removes everything in it.
  Result<void> clear();
  // Everything written so far survives a power cut: few files are synced one by one, many with one syncfs.
  Result<void> sync();
  // Renames it to `destination`, where nothing, or an empty directory, is; syncs nothing. false: somebody
  // else's non-empty directory is there; it stays, and this one is still ours.
  Result<bool> place(const std::string& destination);
  // sync(), place(), sync of the destination's parent.
  Result<bool> commit(const std::string& destination);
  // Gives up ownership: nothing is removed.
  void release() { owned_ = false; }

 private:
  StagingDirectory(std::string path, UniqueFd directory, mode_t mode)
      : path_(std::move(path)), directory_(std::move(directory)), mode_(mode) {}
  // The open directory that holds `name`, and its last component: no look-up of the way for each of its
  // files.
  Result<int> open_parent(std::string_view name, std::string& last);

  std::string path_;
  UniqueFd directory_;
  mode_t mode_;
  std::string parent_name_;  // of the last file created,
  UniqueFd parent_;          // open; not open where that is the directory itself
  uint64_t files_ = 0;
  bool owned_ = true;
};

// A file being written; place() and commit() put it in place whole.
class StagingFile final : public ByteSink {
 public:
  // `path`: the temporary name itself; its parent exists. The file gets `mode` less the umask.
  static Result<StagingFile> create(std::string path, mode_t mode = 0666);
  ~StagingFile() override;
  StagingFile(StagingFile&& other) noexcept;
  StagingFile& operator=(StagingFile&&) = delete;

  Result<void> write(Bytes bytes) override;
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  // What was written survives a power cut.
  Result<void> sync();
  // Renames it over `destination`; syncs nothing.
  Result<void> place(const std::string& destination);
  // sync(), place(), sync of the destination's parent.
  Result<void> commit(const std::string& destination);

 private:
  StagingFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  UniqueFd fd_;
  uint64_t size_ = 0;
  bool owned_ = true;
};

}  // namespace tfhub::os
