// What the tests of the cache share: a cache in a fresh directory, fills that count, entries as
// tensorflow_hub makes them, and child processes.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/interruption.h"
#include "base/log.h"
#include "cache/directory_cache.h"
#include "os/file.h"
#include "os/process.h"
#include "protocol/handle.h"
#include "testing/scoped_env.h"
#include "testing/temp_dir.h"
#include "testing/wait_until.h"

namespace tfhub::cache {

using std::chrono::milliseconds;
using tfhub::testing::read_text;
using tfhub::testing::ScopedEnv;
using tfhub::testing::TempDir;
using tfhub::testing::wait_until;
using tfhub::testing::write_text;

// A forked process that runs `body` and exits with its result (0: true). Killed and waited for at the end of
// the scope.
class Child {
 public:
  explicit Child(const std::function<bool()>& body) {
    pid_ = ::fork();
    if (pid_ == 0) ::_exit(body() ? 0 : 1);
  }
  ~Child() {
    if (pid_ > 0) kill_now();
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }
  // Whether `body` returned true.
  bool succeeded() {
    const int status = wait();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  // Whether it was killed (and not done before).
  bool kill_now() {
    ::kill(pid_, SIGKILL);
    return WIFSIGNALED(wait());
  }
  bool was_killed() { return WIFSIGNALED(wait()); }
  // Waits until it stands still, by a SIGSTOP of its own.
  bool has_stopped() {
    int status = 0;
    while (::waitpid(pid_, &status, WUNTRACED) < 0 && errno == EINTR) {
    }
    return WIFSTOPPED(status);
  }

 private:
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }
  pid_t pid_ = -1;
};

using Files = std::vector<std::pair<std::string, std::string>>;

inline const Files& model_files() {
  static const Files files = {{"saved_model.pb", "graph"},
                              {"variables/variables.data-00000-of-00001", "weights"},
                              {"variables/variables.index", "index"}};
  return files;
}

inline Result<Filled> write_files(os::StagingDirectory& staging, const Files& files,
                                  const std::string& etag = {}) {
  Filled filled;
  filled.etag = etag;
  for (const auto& [path, text] : files) {
    if (path.find('/') != std::string::npos) TFHUB_TRY(staging.make_directory(os::parent(path)));
    TFHUB_ASSIGN(const os::UniqueFd fd, staging.create_file(path));
    TFHUB_TRY(os::write_all(fd.get(), as_bytes(text), staging.path() + "/" + path));
    filled.files.push_back({path, text.size(), Sha256::of(as_bytes(text))});
  }
  return filled;
}

inline Fill fill_with(const Files& files, const std::string& etag = {}) {
  return [files, etag](os::StagingDirectory& staging, const std::string&) {
    return write_files(staging, files, etag);
  };
}

inline Fill never_fill() {
  return [](os::StagingDirectory&, const std::string&) -> Result<Filled> {
    return fail(Code::kUnexpected, "this must not be fetched");
  };
}

// One byte a call, from whatever process; then `meanwhile`, while the lock is held.
inline Fill counting(
    const std::string& counter, Fill fill, const std::function<void()>& meanwhile = [] {}) {
  return [=](os::StagingDirectory& staging, const std::string&) {
    const int fd = ::open(counter.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (::write(fd, "x", 1) != 1) ::abort();
    ::close(fd);
    meanwhile();
    return fill(staging, {});
  };
}

inline void until_killed() {
  while (true) ::pause();
}

// While it lives, `waiting` is called whenever this process begins to wait for somebody else's lock.
class OnWaiting {
 public:
  explicit OnWaiting(const std::function<void()>& waiting) {
    set_log_level(LogLevel::kInfo);
    set_log_function([waiting](LogLevel, std::string_view message) {
      if (message.ends_with("; waiting")) waiting();
    });
  }
  ~OnWaiting() {
    set_log_function({});
    set_log_level(LogLevel::kWarning);
  }
  OnWaiting(const OnWaiting&) = delete;
  OnWaiting& operator=(const OnWaiting&) = delete;
};

inline void expect_verify_stops_when_told(const Cache& cache) {
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const StopScope scope(token);
  EXPECT_TRUE(cache.verify(std::nullopt));
  stop.request_stop();
  EXPECT_EQ(cache.verify(std::nullopt).error().code(), check_interrupted().error().code());
}

// What tensorflow_hub writes.
inline std::string foreign_descriptor(const std::string& handle) {
  return "Module: " + handle +
         "\nDownload Time: 2026-01-02 08:01:10.234872"
         "\nDownloader Hostname: elsewhere (PID:4711)";
}

// More than any work takes on the busiest machine, far less than the ten minutes that a lock is respected.
constexpr double kNoLockWaitedFor = 60;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class CacheTest : public ::testing::Test {
 protected:
  std::string m(const std::string& handle) const {
    return cache_.directory() + "/" + protocol::cache_key(handle);
  }
  static std::string key(const std::string& handle) { return protocol::cache_key(handle); }

  std::vector<std::string> names() const {
    return os::list_directory(cache_.directory()).value_or(std::vector<std::string>());
  }
  // What a cache that holds just this handle has.
  std::vector<std::string> only(const std::string& handle) const {
    return {key(handle), key(handle) + ".descriptor.txt"};
  }

  void put(const std::string& handle, const Files& files = model_files(), const std::string& etag = {}) {
    const auto path = cache_.get_or_fill(handle, fill_with(files, etag));
    ASSERT_TRUE(path) << path.error().message();
  }
  // As tensorflow_hub leaves it.
  void put_foreign(const std::string& handle, const Files& files = model_files()) {
    for (const auto& [path, text] : files) write_text(m(handle) + "/" + path, text);
    write_text(m(handle) + ".descriptor.txt", foreign_descriptor(handle));
  }
  bool is_complete(const std::string& handle) const {
    const auto hit = cache_.find(handle);
    return hit && *hit && (*hit)->state == State::kComplete;
  }
  std::string count() const { return read_text(counter_); }

  TempDir temp_;
  DirectoryCache cache_{temp_ / "cache"};
  std::string counter_ = temp_ / "counter";
  const std::string handle_ = "https://hub.example.org/acme/mul/1";
};

}  // namespace tfhub::cache
