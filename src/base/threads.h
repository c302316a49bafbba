// Starting threads. They leave signals to the program: SIGTERM goes to whoever waits for it, and SIGPIPE,
// which OpenSSL's write(2) raises when a client is gone, kills nobody. And a system may allow no more of them
// (ulimit -u, a container's limit of processes): that is an error or a smaller crew, never an exception that
// ends the process.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "tfhub/result.h"

namespace tfhub {

// Nothing: the system allows no more.
template <typename Function>
std::optional<std::thread> try_thread(Function function) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the new thread
  std::optional<std::thread> thread;
  try {
    thread.emplace(std::move(function));
  } catch (const std::system_error&) {  // the only way in which std::thread tells
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

// Joined at the end of its scope.
class Joining {
 public:
  explicit Joining(std::optional<std::thread> thread) : thread_(std::move(thread)) {}
  ~Joining() {
    if (thread_) thread_->join();
  }
  Joining(const Joining&) = delete;
  Joining& operator=(const Joining&) = delete;
  explicit operator bool() const { return thread_.has_value(); }

 private:
  std::optional<std::thread> thread_;
};

// What to say where there is no doing without one.
Error no_thread_error();

}  // namespace tfhub
