// Threads that leave signals to the program: SIGTERM goes to whoever waits for it, and SIGPIPE, which
// OpenSSL's write(2) raises when a client is gone, kills nobody.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace tfhub {

template <typename Function>
std::thread quiet_thread(Function function) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the new thread
  std::thread thread(std::move(function));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace tfhub
