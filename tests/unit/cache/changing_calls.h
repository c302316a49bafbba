// Puts something before and after every system call that changes the disk (opening counts where it creates).
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "os/syscalls.h"

namespace tfhub::cache {

struct AroundCalls {
  std::function<int()> before = [] { return 0; };  // an errno: the call fails with it and is not made
  std::function<void()> after = [] {};
};

template <typename R, typename... Args>
void wrap(std::function<R(Args...)>& call, const AroundCalls& around) {
  call = [real = call, around](Args... arguments) -> R {
    if (const int error = around.before(); error != 0) {
      errno = error;
      return -1;
    }
    const R result = real(arguments...);
    const int error = errno;
    around.after();
    errno = error;
    return result;
  };
}

inline os::Syscalls changing_calls(const AroundCalls& around) {
  os::Syscalls calls = os::Syscalls::real();
  const auto open = calls.openat;
  wrap(calls.openat, around);
  calls.openat = [open, create = calls.openat](int at, const char* path, int flags, mode_t mode) {
    return (flags & O_CREAT) != 0 ? create(at, path, flags, mode) : open(at, path, flags, mode);
  };
  wrap(calls.open_beneath, around);
  wrap(calls.mkdirat, around);
  wrap(calls.write, around);
  wrap(calls.fsync, around);
  wrap(calls.syncfs, around);
  wrap(calls.renameat2, around);
  wrap(calls.unlinkat, around);
  wrap(calls.linkat, around);
  wrap(calls.symlinkat, around);
  return calls;
}

}  // namespace tfhub::cache
