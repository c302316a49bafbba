// Which processes live, and the kernel's file locks. Locks only save work: on some network file systems flock
// succeeds for everyone, so nothing may be wrong without them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "os/fd.h"
#include "tfhub/result.h"

namespace tfhub::os {

std::string host_name();  // as Python's socket.gethostname()
pid_t process_id();
std::string boot_id();  // another one after each boot; empty: unknown
// Whether a process with this id exists on this host (in our pid name space; one of another user counts).
bool process_exists(pid_t pid);

// flock(2) on an open file description: ends with the process, however it dies.
class FileLock {
 public:
  // Nothing when another process (or another FileLock) holds it.
  static Result<std::optional<FileLock>> try_lock(UniqueFd fd);
  // Waits until it is free, `timeout` has passed or we are interrupted (nothing then). Wakes at once when the
  // holder lets go or dies.
  static Result<std::optional<FileLock>> lock(UniqueFd fd, std::chrono::milliseconds timeout);
  int fd() const { return fd_.get(); }

 private:
  static Result<std::optional<FileLock>> lock_by_looking(UniqueFd fd, std::chrono::milliseconds timeout);
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace tfhub::os
