// What the server says on stderr: one line a request, which costs the request only the formatting (each
// thread fills a buffer of its own), and warnings. One thread writes them out every 200 ms, and only what
// stderr takes at once: when nobody reads it, lines are dropped and counted. Nobody who says something ever
// waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tfhub::server {

struct AccessEntry {
  std::string_view remote, method, target, user_agent;
  unsigned status = 0;
  uint64_t bytes = 0;  // of the body, as far as it was sent
  std::chrono::nanoseconds duration{};
  bool complete = true;  // false: the connection ended before the answer did
};

// 2026-11-21T08:01:10Z 127.0.0.1 GET /acme/m/1?tf-hub-format=compressed 200 1234 0.213ms "curl/7.88.1"
void format_entry(std::string_view time, const AccessEntry& entry, std::string& out);

class AccessLog {
 public:
  class Buffer {
   public:
    void append(std::string_view time, const AccessEntry& entry);
    void append(std::string_view line);

   private:
    friend class AccessLog;
    std::mutex mutex_;
    std::string lines_;
    uint64_t dropped_ = 0;
  };

  explicit AccessLog(int fd);  // of stderr, or a test's pipe; not owned
  ~AccessLog();                // writes what is left and taken within a moment
  Buffer& add_thread();
  // A whole line that is no request's, without its end. From any thread.
  void say(std::string_view line);
  // Writes all there is, as far as it is taken within `patience`.
  void flush(std::chrono::milliseconds patience = std::chrono::seconds(1));

 private:
  // Both by whoever has set writing_.
  void write_out(std::chrono::steady_clock::time_point until);
  void gather();  // into pending_

  const int fd_;
  std::mutex mutex_;  // of buffers_, stopping_ and writing_
  std::condition_variable wake_, written_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  bool stopping_ = false;
  bool writing_ = false;  // no mutex: a write may wait after all, and nobody waits for it longer than he may
  std::string pending_;   // gathered, and not yet taken
  Buffer sayings_;
  std::thread writer_;
};

}  // namespace tfhub::server
