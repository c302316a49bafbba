#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "os/syscalls.h"

namespace tfhub::os {
namespace {

FileInfo file_info(const struct ::stat& status) {
  FileInfo info;
  if (S_ISREG(status.st_mode)) info.type = FileInfo::Type::kFile;
  if (S_ISDIR(status.st_mode)) info.type = FileInfo::Type::kDirectory;
  if (S_ISLNK(status.st_mode)) info.type = FileInfo::Type::kSymlink;
  info.size = static_cast<uint64_t>(status.st_size);
  info.modified =
      std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
  info.inode = status.st_ino;
  info.device = status.st_dev;
  return info;
}

// As every other call here is judged: by the effective user and his capabilities, where access(2) looks at
// the real one. That takes faccessat2(2), to which the filters of older container runtimes answer EPERM
// instead of ENOSYS (so that the C library does not do without it); there access(2) has to do.
bool may(const char* path, int how) {
  if (::faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0) return true;
  return errno == EPERM && ::access(path, how) == 0;
}

Error not_a_file(const std::string& path) {
  return Error(Code::kCorrupt, fmt::format("{} is neither a file nor a directory", path));
}

// What was just opened, with errno if it was not.
Result<UniqueFd> checked(UniqueFd fd, const std::string& path) {
  if (!fd && (errno == ENXIO || errno == ENODEV)) return fail(not_a_file(path));  // a socket, no such device
  if (!fd) return fail_system(errno, "cannot open " + path);
  struct ::stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_system(errno, "cannot look at " + path);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return fail(not_a_file(path));
  return fd;
}

Result<UniqueFd> open_root(const std::string& root) {
  UniqueFd fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_system(errno, "cannot open " + root);
  return fd;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

Result<std::optional<FileInfo>> stat(const std::string& path, bool follow) {
  struct ::stat status {};
  if (syscalls().fstatat(AT_FDCWD, path.c_str(), &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0)
    return file_info(status);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return fail_system(errno, "cannot look at " + path);
}

Result<bool> exists(const std::string& path) {
  TFHUB_ASSIGN(const auto info, stat(path));
  return info.has_value();
}

Result<UniqueFd> open_read(const std::string& path) {
  // Without O_NONBLOCK a FIFO of that name would hold us until somebody opens its other end.
  return checked(
      UniqueFd(syscalls().openat(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0)),
      path);
}

Result<UniqueFd> open_read_beneath(const std::string& root, const std::string& relative) {
  const std::string path = join(root, relative);
  TFHUB_ASSIGN(const UniqueFd directory, open_root(root));
  UniqueFd fd(syscalls().open_beneath(directory.get(), relative.c_str(),
                                      O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0));
  if (!fd && (errno == ELOOP || errno == EXDEV))
    return fail(Code::kCorrupt, "{} is a link or lies behind one, and none is followed here", path);
  return checked(std::move(fd), path);
}

Result<std::optional<FileInfo>> stat_beneath(const std::string& root, const std::string& relative) {
  const auto directory = open_root(root);
  if (!directory && directory.error().code() == Code::kNotFound) return std::nullopt;
  if (!directory) return fail(directory.error());
  const UniqueFd fd(
      syscalls().open_beneath(directory->get(), relative.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV)) return std::nullopt;
  struct ::stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0)
    return fail_system(errno, "cannot look at " + join(root, relative));
  return file_info(status);
}

Result<std::string> read_file(const std::string& path, uint64_t limit) {
  TFHUB_ASSIGN(const UniqueFd fd, open_read(path));
  return read_all(fd.get(), path, limit);
}

Result<std::string> read_input(const std::string& path, uint64_t limit) {
  const UniqueFd fd(syscalls().openat(AT_FDCWD, path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC, 0));
  if (!fd) return fail_system(errno, "cannot open " + path);
  return read_all(fd.get(), path, limit);
}

Result<std::string> read_all(int fd, const std::string& path, uint64_t limit) {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return fail_system(errno, "cannot look at " + path);
  std::string text;
  if (status.st_size > 0) text.reserve(std::min<uint64_t>(static_cast<uint64_t>(status.st_size), limit) + 1);
  while (true) {
    const size_t old_size = text.size();
    // One byte more than the file is expected to have left, so that its end is seen by the same read.
    text.resize(std::max(text.capacity(), old_size + 4096));
    const ssize_t n = ::read(fd, text.data() + old_size, text.size() - old_size);
    if (n < 0 && errno == EINTR) {
      text.resize(old_size);
      continue;
    }
    if (n < 0) return fail_system(errno, "cannot read " + path);
    text.resize(old_size + static_cast<size_t>(n));
    if (n == 0) return text;
    if (text.size() > limit)
      return fail(Code::kCorrupt, "{} is larger than the {} bytes that are read of such a file", path, limit);
  }
}

Result<void> write_all(int fd, Bytes bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = syscalls().write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_system(errno, "cannot write " + path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

void start_writeback(int fd, uint64_t offset, uint64_t length) {
  ::sync_file_range(fd, static_cast<off_t>(offset), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
}

Result<void> make_directories(const std::string& path, unsigned mode) {
  if (path.empty() || syscalls().mkdirat(AT_FDCWD, path.c_str(), mode) == 0) return {};
  if (errno == ENOENT) {
    TFHUB_TRY(make_directories(parent(path)));
    if (syscalls().mkdirat(AT_FDCWD, path.c_str(), mode) == 0) return {};
  }
  const int error = errno;
  // A read-only file system says EROFS, and a foreign one EACCES, even where the directory exists.
  TFHUB_ASSIGN(const auto info, stat(path));
  if (info && info->type == FileInfo::Type::kDirectory) return {};
  return fail_system(error == EEXIST ? ENOTDIR : error, "cannot create the directory " + path);
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) return fail_system(errno, "cannot list " + path);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return fail_system(errno, "cannot list " + path);
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

Result<void> walk_into(const std::string& root, const std::string& relative,
                       std::vector<WalkEntry>& entries) {
  TFHUB_ASSIGN(const auto names, list_directory(relative.empty() ? root : join(root, relative)));
  for (const std::string& name : names) {
    WalkEntry entry;
    entry.path = relative.empty() ? name : join(relative, name);
    TFHUB_ASSIGN(const auto info, stat(join(root, entry.path), false));
    if (!info) continue;  // removed meanwhile
    entry.info = *info;
    entries.push_back(entry);
    if (info->type == FileInfo::Type::kDirectory) TFHUB_TRY(walk_into(root, entry.path, entries));
  }
  return {};
}

// Removes what `name` in `dirfd` is; counts an error, goes on with the rest.
int remove_at(int dirfd, const char* name) {
  if (syscalls().unlinkat(dirfd, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;
  const int unlink_error = errno;
  const int fd = ::openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : (errno == ENOTDIR || errno == ELOOP) ? unlink_error : errno;
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd));
  if (!directory) {
    ::close(fd);
    return ENOMEM;
  }
  int first_error = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view child = entry->d_name;
    if (child == "." || child == "..") continue;
    const int error = remove_at(fd, entry->d_name);
    if (first_error == 0) first_error = error;
  }
  if (first_error != 0) return first_error;
  if (syscalls().unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
  return errno;
}

}  // namespace

Result<std::vector<WalkEntry>> walk(const std::string& root) {
  std::vector<WalkEntry> entries;
  TFHUB_TRY(walk_into(root, "", entries));
  return entries;
}

namespace {

// In a directory with the sticky bit only the owner of an entry, or of the directory, may remove it
// (inode(7)).
Result<void> check_directory_can_be_emptied(const std::string& path) {
  if (!may(path.c_str(), W_OK | X_OK)) return fail_system(errno, "cannot remove what is in " + path);
  struct ::stat status {};
  if (syscalls().fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return fail_system(errno, "cannot look at " + path);
  const uid_t user = ::geteuid();
  if ((status.st_mode & S_ISVTX) != 0 && user != 0 && status.st_uid != user)
    return fail_system(EPERM, "cannot remove what is in " + path);
  return {};
}

}  // namespace

Result<void> check_removable(const std::string& path) {
  TFHUB_ASSIGN(const auto info, stat(path, /*follow=*/false));
  if (!info || info->type != FileInfo::Type::kDirectory) return {};
  TFHUB_TRY(check_directory_can_be_emptied(path));
  TFHUB_ASSIGN(const auto entries, walk(path));
  for (const WalkEntry& entry : entries)
    if (entry.info.type == FileInfo::Type::kDirectory)
      TFHUB_TRY(check_directory_can_be_emptied(join(path, entry.path)));
  return {};
}

Result<void> remove_tree(const std::string& path) {
  if (const int error = remove_at(AT_FDCWD, path.c_str()); error != 0)
    return fail_system(error, "cannot remove " + path);
  return {};
}

uint64_t tree_size(const std::string& path) {
  uint64_t bytes = 0;
  if (const auto entries = walk(path))
    for (const WalkEntry& entry : *entries)
      if (entry.info.type == FileInfo::Type::kFile) bytes += entry.info.size;
  return bytes;
}

Result<uint64_t> free_space(const std::string& path) {
  struct statvfs status {};
  std::string existing = path.empty() ? "." : path;
  while (::statvfs(existing.c_str(), &status) != 0) {
    if (errno != ENOENT || existing == parent(existing)) return fail_system(errno, "cannot look at " + path);
    existing = parent(existing);
  }
  // Many FUSE file systems answer nothing at all: 0 of 0. What is unknown is no reason to refuse; the write
  // will tell.
  constexpr uint64_t kUnknown = uint64_t{1} << 60;
  if (status.f_blocks == 0) return kUnknown;
  return uint64_t{status.f_bavail} * status.f_frsize;
}

std::string join(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

std::string parent(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? path.substr(0, 1) : path.substr(0, slash));
}

std::string base_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// The order and the test are those of Python's tempfile, which tensorflow_hub asks.
std::string temporary_directory() {
  for (const char* variable : {"TMPDIR", "TEMP", "TMP"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0' && may(value, W_OK | X_OK)) return value;
  }
  for (const char* path : {"/tmp", "/var/tmp", "/usr/tmp"})
    if (may(path, W_OK | X_OK)) return path;
  return "/tmp";
}

Result<FileSource> FileSource::open(const std::string& path, uint64_t offset,
                                    std::optional<uint64_t> length) {
  TFHUB_ASSIGN(UniqueFd fd, open_read(path));
  return open(std::move(fd), path, offset, length);
}

Result<FileSource> FileSource::open(UniqueFd fd, const std::string& path, uint64_t offset,
                                    std::optional<uint64_t> length) {
  if (offset > 0 && ::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    return fail_system(errno, "cannot read " + path);
  return FileSource(std::move(fd), path, length.value_or(UINT64_MAX));
}

Result<size_t> FileSource::read(MutableBytes buffer) {
  while (true) {
    const ssize_t n = ::read(fd_.get(), buffer.data(), std::min<uint64_t>(buffer.size(), left_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_system(errno, "cannot read " + path_);
    left_ -= static_cast<uint64_t>(n);
    return static_cast<size_t>(n);
  }
}

}  // namespace tfhub::os
