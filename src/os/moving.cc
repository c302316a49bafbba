// The parts of os/file.h that move things, with a way round each thing that a file system may not know.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::os {
namespace {

// A network, user-space or virtual machine's file system, an old kernel, or the filter of a container that
// does not know the call.
bool is_unsupported(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

bool has_no_hard_links(int error) {
  return is_unsupported(error) || error == EMLINK || error == EXDEV;
}

// How old a claim is that nobody can still be using: between its making and its removal lie three calls.
constexpr std::chrono::seconds kClaimLasts{10};
constexpr std::chrono::milliseconds kClaimPause{20};

// A neighbour of `path` that only one process can make at a time: in place of a call that looks and moves in
// one step. Whoever dies with it keeps the others waiting for kClaimLasts.
class Claim {
 public:
  static Result<Claim> make(const std::string& path) {
    Claim claim(path + ".claim");
    const auto began = std::chrono::steady_clock::now();
    while (true) {
      const UniqueFd made(syscalls().openat(AT_FDCWD, claim.path_.c_str(),
                                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
      if (made) return claim;
      const int error = errno;
      const std::string taken = std::exchange(claim.path_, {});
      if (error != EEXIST) return fail_system(error, "cannot create " + taken);
      TFHUB_ASSIGN(const auto info, stat(taken, /*follow=*/false));
      // By the file's time and, where another machine's clock made that, by our own waiting.
      if (info && (std::chrono::system_clock::now() - info->modified > kClaimLasts ||
                   std::chrono::steady_clock::now() - began > 2 * kClaimLasts))
        syscalls().unlinkat(AT_FDCWD, taken.c_str(), 0);
      else if (info)
        std::this_thread::sleep_for(kClaimPause);
      claim.path_ = taken;
    }
  }
  ~Claim() {
    if (!path_.empty()) syscalls().unlinkat(AT_FDCWD, path_.c_str(), 0);
  }
  Claim(Claim&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Claim& operator=(Claim&&) = delete;

 private:
  explicit Claim(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<bool> place_under_claim(const std::string& from, const std::string& to) {
  TFHUB_ASSIGN(const Claim claim, Claim::make(to));
  TFHUB_ASSIGN(const auto there, stat(to, /*follow=*/false));
  if (there) return false;
  TFHUB_TRY(rename(from, to));
  return true;
}

}  // namespace

Result<void> rename(const std::string& from, const std::string& to) {
  if (syscalls().renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) return {};
  return fail_system(errno, "cannot rename " + from + " to " + to);
}

Result<bool> rename_where_movable(const std::string& from, const std::string& to) {
  if (syscalls().renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) return true;
  // overlayfs(5), "Renaming directories"; rename(2), EBUSY.
  if (errno == EXDEV || errno == EBUSY) return false;
  return fail_system(errno, "cannot rename " + from + " to " + to);
}

Result<bool> rename_no_replace(const std::string& from, const std::string& to) {
  if (syscalls().renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (!is_unsupported(errno)) return fail_system(errno, "cannot rename " + from + " to " + to);
  // Without RENAME_NOREPLACE: a plain rename never replaces a non-empty directory, and link() never replaces
  // a file.
  TFHUB_ASSIGN(const auto info, stat(from, false));
  if (info && info->type == FileInfo::Type::kDirectory) {
    if (syscalls().renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) return true;
    if (errno == EEXIST || errno == ENOTEMPTY) return false;
  } else if (syscalls().linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) {
    syscalls().unlinkat(AT_FDCWD, from.c_str(), 0);
    return true;
  } else if (errno == EEXIST) {
    return false;
  } else if (has_no_hard_links(errno)) {
    return place_under_claim(from, to);
  }
  return fail_system(errno, "cannot rename " + from + " to " + to);
}

Result<bool> exchange(const std::string& one, const std::string& other) {
  if (syscalls().renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (is_unsupported(errno) || errno == EXDEV || errno == EBUSY) return false;
  return fail_system(errno, "cannot exchange " + one + " and " + other);
}

}  // namespace tfhub::os
