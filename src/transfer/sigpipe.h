// A closed peer is an error code here, never the end of the process: OpenSSL writes to sockets in a way that
// raises SIGPIPE, and libcurl's own remedy changes the whole process's handler, which is no business of a
// library with threads.
#pragma once

#include <csignal>

namespace tfhub::transfer {

// While it lives, SIGPIPE does not reach this thread; one that came meanwhile is forgotten.
class SigpipeGuard {
 public:
  SigpipeGuard();
  ~SigpipeGuard();
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;

 private:
  sigset_t before_;
  bool was_blocked_;
};

}  // namespace tfhub::transfer
