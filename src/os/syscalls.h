// The one seam in front of the system calls that change a disk or say what is on it. Tests replace single
// entries (a full disk, a read-only file system, a power cut after the n-th call, a network file system that
// is gone); nothing else ever does.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace tfhub::os {

// Each returns what the call of the same name returns and sets errno as it does.
struct Syscalls {
  std::function<int(int dirfd, const char* path, int flags, mode_t mode)> openat;
  // openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS: the path stays below dirfd and crosses no symlink.
  std::function<int(int dirfd, const char* path, int flags, mode_t mode)> open_beneath;
  std::function<int(int dirfd, const char* path, struct stat* status, int flags)> fstatat;
  std::function<int(int dirfd, const char* path, mode_t mode)> mkdirat;
  std::function<ssize_t(int fd, const void* data, size_t size)> write;
  std::function<int(int fd)> fsync;
  std::function<int(int fd)> syncfs;
  std::function<int(int from_dirfd, const char* from, int to_dirfd, const char* to, unsigned flags)>
      renameat2;
  std::function<int(int dirfd, const char* path, int flags)> unlinkat;
  std::function<int(int from_dirfd, const char* from, int to_dirfd, const char* to, int flags)> linkat;
  std::function<int(const char* target, int dirfd, const char* path)> symlinkat;

  static Syscalls real();
};

const Syscalls& syscalls();

// While it lives, `replacement` stands in front of the system (tests only; not thread-safe against itself).
class ScopedSyscalls {
 public:
  explicit ScopedSyscalls(Syscalls replacement);
  ~ScopedSyscalls();
  ScopedSyscalls(const ScopedSyscalls&) = delete;
  ScopedSyscalls& operator=(const ScopedSyscalls&) = delete;

 private:
  Syscalls previous_;
};

}  // namespace tfhub::os
