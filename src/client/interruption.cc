#include "client/interruption.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/threads.h"
#include "os/file.h"

namespace tfhub::client {
namespace {

// How long unwinding may take before the watcher removes what is staged itself: long enough for threads that
// only have to notice, short enough for a person who pressed Ctrl-C on a dead connection.
constexpr std::chrono::milliseconds kUnwindTime{1'000};
// Work that stages nothing in one known place (publishing: its staging is the store's) gets longer.
constexpr std::chrono::milliseconds kLongUnwindTime{10'000};

std::atomic<bool> enabled{false};
std::atomic<int> received{0};
int pipe_ends[2] = {-1, -1};

struct Work {
  std::mutex mutex;
  std::condition_variable idle;
  unsigned active = 0;
  std::vector<std::string> paths;
};
// Never destroyed: the watcher may outlive main().
Work& work() {
  static auto* instance = new Work;
  return *instance;
}

[[noreturn]] void die_by(int signal_number) {
  ::signal(signal_number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::kill(::getpid(), signal_number);
  for (;;) ::pause();
}

extern "C" void tfhub_on_signal(int signal_number) {
  int none = 0;
  if (!received.compare_exchange_strong(none, signal_number)) {  // the second one is final
    ::signal(signal_number, SIG_DFL);
    ::raise(signal_number);
    return;
  }
  interrupt_everything();
  const char byte = 1;
  [[maybe_unused]] const auto written = ::write(pipe_ends[1], &byte, 1);
}

// The lock beside a cache's staging directory "M.<token>.tmp" is "M.lock" and names the token
// (docs/cache_format.md); another's lock is not ours to remove.
void remove_lock_of(const std::string& staging) {
  if (!staging.ends_with(".tmp")) return;
  const std::string stem = staging.substr(0, staging.size() - 4);
  const size_t dot = stem.rfind('.');
  if (dot == std::string::npos || stem.size() - dot - 1 != 32) return;
  const std::string lock = stem.substr(0, dot) + ".lock";
  const auto holder = os::read_file(lock, 4096);
  if (holder && holder->ends_with(stem.substr(dot + 1))) (void)os::remove_tree(lock);
}

void watch_for_signals() {
  char byte;
  while (::read(pipe_ends[0], &byte, 1) < 0) {
  }
  std::vector<std::string> left;
  {
    std::unique_lock lock(work().mutex);
    work().idle.wait_for(lock, work().paths.empty() ? kLongUnwindTime : kUnwindTime,
                         [] { return work().active == 0; });
    left = work().paths;
  }
  for (const std::string& path : left) {
    // The stuck thread may still create a file between our listing and our rmdir.
    for (int attempt = 0; attempt < 3 && !os::remove_tree(path); ++attempt) {
    }
    remove_lock_of(path);
  }
  die_by(received.load());
}

void start_watching() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return;
    auto watcher = try_thread(watch_for_signals);
    if (!watcher) return;  // a signal ends the process as ever, and the next one removes what is left
    watcher->detach();
    struct sigaction action {};
    action.sa_handler = tfhub_on_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction before {};
      sigaction(signal_number, nullptr, &before);
      if (before.sa_handler == SIG_DFL) sigaction(signal_number, &action, nullptr);  // nohup's SIG_IGN stays
    }
  });
}

}  // namespace

void clean_up_on_signals() {
  enabled = true;
}

void die_if_interrupted() {
  if (const int signal_number = received.load(); signal_number != 0) die_by(signal_number);
}

WorkInProgress::WorkInProgress() {
  if (enabled) start_watching();
  const std::lock_guard lock(work().mutex);
  ++work().active;
}

WorkInProgress::~WorkInProgress() {
  const std::lock_guard lock(work().mutex);
  if (!path_.empty()) std::erase(work().paths, path_);
  if (--work().active == 0) work().idle.notify_all();
}

void WorkInProgress::watch(std::string path) {
  const std::lock_guard lock(work().mutex);
  if (!path_.empty()) std::erase(work().paths, path_);
  path_ = std::move(path);
  work().paths.push_back(path_);
}

}  // namespace tfhub::client
