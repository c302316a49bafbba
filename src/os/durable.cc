// The parts of os/file.h that make things last: syncing, and files that appear whole or not at all.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::os {
namespace {

// A neighbour of `path` that no one else uses.
std::string temporary_neighbour(const std::string& path) {
  return path + "." + random_token() + ".tmp";
}

// The bytes in a new, synced file, removed by the destructor unless it has been renamed away.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() { syscalls().unlinkat(AT_FDCWD, path_.c_str(), 0); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  Result<void> fill(Bytes bytes) {
    const UniqueFd fd(
        syscalls().openat(AT_FDCWD, path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd) return fail_system(errno, "cannot create " + path_);
    TFHUB_TRY(write_all(fd.get(), bytes, path_));
    if (syscalls().fsync(fd.get()) != 0) return fail_system(errno, "cannot write " + path_);
    return {};
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

Result<void> sync_path(const std::string& path) {
  TFHUB_ASSIGN(const UniqueFd fd, open_read(path));
  if (syscalls().fsync(fd.get()) == 0) return {};
  // Some file systems cannot sync a directory; then there is nothing more we could do.
  if (errno == EINVAL || errno == EROFS) return {};
  return fail_system(errno, "cannot write " + path + " to disk");
}

Result<void> sync_file_system(const std::string& path) {
  TFHUB_ASSIGN(const UniqueFd fd, open_read(path));
  if (syscalls().syncfs(fd.get()) != 0) return fail_system(errno, "cannot write " + path + " to disk");
  return {};
}

Result<void> write_file_atomically(const std::string& path, Bytes bytes) {
  TemporaryFile temporary(temporary_neighbour(path));
  TFHUB_TRY(temporary.fill(bytes));
  TFHUB_TRY(rename(temporary.path(), path));
  return sync_path(parent(path));
}

Result<bool> write_file_if_absent(const std::string& path, Bytes bytes) {
  TFHUB_ASSIGN(const bool there, exists(path));
  if (there) return false;
  TemporaryFile temporary(temporary_neighbour(path));
  TFHUB_TRY(temporary.fill(bytes));
  TFHUB_ASSIGN(const bool created, rename_no_replace(temporary.path(), path));
  if (!created) return false;
  TFHUB_TRY(sync_path(parent(path)));
  return true;
}

Result<void> replace_symlink(const std::string& target, const std::string& path) {
  const std::string temporary = temporary_neighbour(path);
  if (syscalls().symlinkat(target.c_str(), AT_FDCWD, temporary.c_str()) != 0)
    return fail_system(errno, "cannot create the link " + path);
  if (auto renamed = rename(temporary, path); !renamed) {
    syscalls().unlinkat(AT_FDCWD, temporary.c_str(), 0);
    return renamed;
  }
  return sync_path(parent(path));
}

}  // namespace tfhub::os
