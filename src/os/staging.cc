#include "os/staging.h"

#include <fcntl.h>

#include <cerrno>

#include "base/error.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::os {
namespace {

// From this many files on, one syncfs is cheaper than a sync a file; below, it would wait for other programs'
// bytes too.
constexpr uint64_t kManyFiles = 64;

Result<void> sync_each(const std::string& root) {
  TFHUB_ASSIGN(const auto entries, walk(root));
  for (const WalkEntry& entry : entries)
    if (entry.info.type != FileInfo::Type::kSymlink) TFHUB_TRY(sync_path(join(root, entry.path)));
  return sync_path(root);
}

}  // namespace

Result<StagingDirectory> StagingDirectory::create(std::string path, mode_t mode) {
  if (syscalls().mkdirat(AT_FDCWD, path.c_str(), mode) != 0) {
    if (errno == EEXIST) return fail(Code::kConflict, "cannot create {}: something is there already", path);
    return fail_system(errno, "cannot create the directory " + path);
  }
  UniqueFd directory(syscalls().openat(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!directory) return fail_system(errno, "cannot open " + path);
  return StagingDirectory(std::move(path), std::move(directory), mode);
}

StagingDirectory::StagingDirectory(StagingDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      directory_(std::move(other.directory_)),
      mode_(other.mode_),
      parent_name_(std::move(other.parent_name_)),
      parent_(std::move(other.parent_)),
      files_(other.files_),
      owned_(std::exchange(other.owned_, false)) {}

StagingDirectory::~StagingDirectory() {
  if (owned_) (void)remove_tree(path_);
}

Result<void> StagingDirectory::make_directory(std::string_view relative) {
  // The parent is opened beneath us, then only a last component is created in it: mkdirat never follows that.
  const std::string name(relative);
  const size_t slash = name.rfind('/');
  UniqueFd parent_fd;
  if (slash != std::string::npos) {
    const std::string up = name.substr(0, slash);
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    parent_fd.reset(syscalls().open_beneath(directory_.get(), up.c_str(), kFlags, 0));
    if (!parent_fd && errno == ENOENT) {
      TFHUB_TRY(make_directory(up));
      parent_fd.reset(syscalls().open_beneath(directory_.get(), up.c_str(), kFlags, 0));
    }
    if (!parent_fd) return fail_system(errno, "cannot open " + join(path_, up));
  }
  const std::string last = slash == std::string::npos ? name : name.substr(slash + 1);
  const int at = parent_fd ? parent_fd.get() : directory_.get();
  if (syscalls().mkdirat(at, last.c_str(), mode_) == 0) return {};
  if (errno != EEXIST) return fail_system(errno, "cannot create the directory " + join(path_, name));
  const UniqueFd existing(
      syscalls().open_beneath(directory_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!existing) return fail_system(errno, "cannot create the directory " + join(path_, name));
  return {};
}

Result<int> StagingDirectory::open_parent(std::string_view name, std::string& last) {
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) {
    last = name;
    return directory_.get();
  }
  last = name.substr(slash + 1);
  const std::string_view up = name.substr(0, slash);
  if (!parent_ || up != parent_name_) {
    parent_name_ = up;
    parent_.reset(
        syscalls().open_beneath(directory_.get(), parent_name_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    if (!parent_) return fail_system(errno, "cannot open " + join(path_, parent_name_));
  }
  return parent_.get();
}

Result<UniqueFd> StagingDirectory::create_file(std::string_view relative) {
  std::string name;
  TFHUB_ASSIGN(const int parent_fd, open_parent(relative, name));
  UniqueFd fd(syscalls().open_beneath(parent_fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                      mode_ & 0666));
  if (!fd) return fail_system(errno, "cannot create " + join(path_, relative));
  ++files_;
  return fd;
}

Result<void> StagingDirectory::clear() {
  // What was opened last is about to go.
  parent_name_.clear();
  parent_.reset();
  files_ = 0;
  TFHUB_ASSIGN(const auto names, list_directory(path_));
  for (const std::string& name : names) TFHUB_TRY(remove_tree(join(path_, name)));
  return {};
}

Result<void> StagingDirectory::sync() {
  if (files_ < kManyFiles) return sync_each(path_);
  // By the descriptor that was opened before anything was written: it hears of every error since.
  if (syscalls().syncfs(directory_.get()) != 0)
    return fail_system(errno, "cannot write " + path_ + " to disk");
  return {};
}

Result<bool> StagingDirectory::place(const std::string& destination) {
  // A plain rename: it replaces nothing, or an empty directory, never a file or a directory with content.
  if (syscalls().renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, destination.c_str(), 0) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) return false;
    return fail_system(errno, "cannot rename " + path_ + " to " + destination);
  }
  owned_ = false;
  return true;
}

Result<bool> StagingDirectory::commit(const std::string& destination) {
  TFHUB_TRY(sync());
  TFHUB_ASSIGN(const bool placed, place(destination));
  if (placed) TFHUB_TRY(sync_path(parent(destination)));
  return placed;
}

Result<StagingFile> StagingFile::create(std::string path, mode_t mode) {
  UniqueFd fd(syscalls().openat(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return fail_system(errno, "cannot create " + path);
  return StagingFile(std::move(path), std::move(fd));
}

StagingFile::StagingFile(StagingFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      size_(other.size_),
      owned_(std::exchange(other.owned_, false)) {}

StagingFile::~StagingFile() {
  if (owned_) syscalls().unlinkat(AT_FDCWD, path_.c_str(), 0);
}

Result<void> StagingFile::write(Bytes bytes) {
  TFHUB_TRY(write_all(fd_.get(), bytes, path_));
  size_ += bytes.size();
  return {};
}

Result<void> StagingFile::sync() {
  if (syscalls().fsync(fd_.get()) != 0) return fail_system(errno, "cannot write " + path_ + " to disk");
  return {};
}

Result<void> StagingFile::place(const std::string& destination) {
  TFHUB_TRY(rename(path_, destination));
  owned_ = false;
  return {};
}

Result<void> StagingFile::commit(const std::string& destination) {
  TFHUB_TRY(sync());
  TFHUB_TRY(place(destination));
  return sync_path(parent(destination));
}

}  // namespace tfhub::os
