#include "os/syscalls.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "os/fd.h"

namespace tfhub::os {
namespace {

// For kernels before 5.6, and sandboxes that do not know openat2: one component after the other, no symlink
// followed.
int open_beneath_by_hand(int dirfd, std::string_view path, int flags, mode_t mode) {
  UniqueFd parent;
  int at = dirfd;
  while (true) {
    const size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    if (name.empty() || name == "..") return errno = EXDEV, -1;
    if (slash == std::string_view::npos) return ::openat(at, name.c_str(), flags | O_NOFOLLOW, mode);
    UniqueFd next(::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return -1;
    parent = std::move(next);
    at = parent.get();
    path.remove_prefix(slash + 1);
  }
}

int openat2_beneath(int dirfd, const char* path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, dirfd, path, &how, sizeof how);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_beneath_by_hand(dirfd, path, flags, mode);
  return static_cast<int>(fd);
}

Syscalls& instance() {
  static Syscalls current = Syscalls::real();
  return current;
}

}  // namespace

Syscalls Syscalls::real() {
  return {
      .openat = [](int dirfd, const char* path, int flags,
                   mode_t mode) { return ::openat(dirfd, path, flags, mode); },
      .open_beneath = openat2_beneath,
      .fstatat = [](int dirfd, const char* path, struct ::stat* status,
                    int flags) { return ::fstatat(dirfd, path, status, flags); },
      .mkdirat = ::mkdirat,
      .write = ::write,
      .fsync = ::fsync,
      .syncfs = ::syncfs,
      .renameat2 = ::renameat2,
      .unlinkat = ::unlinkat,
      .linkat = ::linkat,
      .symlinkat = ::symlinkat,
  };
}

const Syscalls& syscalls() {
  return instance();
}

ScopedSyscalls::ScopedSyscalls(Syscalls replacement)
    : previous_(std::exchange(instance(), std::move(replacement))) {}
ScopedSyscalls::~ScopedSyscalls() {
  instance() = std::move(previous_);
}

}  // namespace tfhub::os
