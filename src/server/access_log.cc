#include "server/access_log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <iterator>
#include <utility>

#include "base/threads.h"

namespace tfhub::server {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr size_t kMostBuffered = 4 << 20;
constexpr size_t kMostOfAField = 512;

// What a client wrote goes into a line that people read in terminals and programs split at spaces and quotes.
void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text.substr(0, kMostOfAField)) {
    if (c > 0x1f && c < 0x7f && c != '"' && c != '\\') {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > kMostOfAField) out.append("...");
}

}  // namespace

void format_entry(std::string_view time, const AccessEntry& entry, std::string& out) {
  out.append(time).append(" ").append(entry.remote).append(" ");
  append_escaped(entry.method.empty() ? "-" : entry.method, out);
  out.append(" ");
  append_escaped(entry.target.empty() ? "-" : entry.target, out);
  const auto microseconds = static_cast<uint64_t>(entry.duration.count() / 1000);
  fmt::format_to(std::back_inserter(out), " {} {} {}.{:03}ms{} \"", entry.status, entry.bytes,
                 microseconds / 1000, microseconds % 1000, entry.complete ? "" : " cut");
  append_escaped(entry.user_agent, out);
  out.append("\"\n");
}

void AccessLog::Buffer::append(std::string_view time, const AccessEntry& entry) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() > kMostBuffered) {
    ++dropped_;
    return;
  }
  format_entry(time, entry, lines_);
}

void AccessLog::Buffer::append(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() > kMostBuffered) {
    ++dropped_;
    return;
  }
  lines_.append(line).append("\n");
}

AccessLog::AccessLog(int fd) : fd_(fd) {
  auto writer = try_thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      lock.unlock();
      flush(kInterval);
      lock.lock();
    }
  });
  if (writer) writer_ = std::move(*writer);
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (writer_.joinable()) writer_.join();
  flush();
}

AccessLog::Buffer& AccessLog::add_thread() {
  const std::lock_guard lock(mutex_);
  buffers_.push_back(std::make_unique<Buffer>());
  return *buffers_.back();
}

void AccessLog::say(std::string_view line) {
  sayings_.append(line);
}

void AccessLog::gather() {
  std::vector<Buffer*> buffers{&sayings_};
  {
    const std::lock_guard lock(mutex_);
    for (const auto& buffer : buffers_) buffers.push_back(buffer.get());
  }
  for (Buffer* buffer : buffers) {
    const std::lock_guard lock(buffer->mutex_);
    pending_ += buffer->lines_;
    buffer->lines_.clear();
    if (const uint64_t dropped = std::exchange(buffer->dropped_, 0); dropped > 0)
      fmt::format_to(std::back_inserter(pending_), "{} lines of the log were dropped: nobody reads it\n",
                     dropped);
  }
}

void AccessLog::flush(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  {
    std::unique_lock lock(mutex_);
    if (!written_.wait_until(lock, until, [this] { return !writing_; })) return;
    writing_ = true;
  }
  write_out(until);
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }
  written_.notify_one();
}

// A pipe that poll() calls writable takes PIPE_BUF bytes without waiting (pipe(7)). The descriptor is not
// made non-blocking: it is shared with whoever started us.
void AccessLog::write_out(std::chrono::steady_clock::time_point until) {
  // What is not taken stays in the buffers, which have their bound.
  if (pending_.size() < kMostBuffered) gather();
  size_t done = 0;
  while (done < pending_.size()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd writable{fd_, POLLOUT, 0};
    const int ready = ::poll(&writable, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) break;
    const ssize_t written =
        ::write(fd_, pending_.data() + done, std::min<size_t>(pending_.size() - done, PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) break;  // another's write was quicker: the next time
    if (written <= 0) {                         // stderr is closed: there is nobody to tell
      done = pending_.size();
      break;
    }
    done += static_cast<size_t>(written);
  }
  pending_.erase(0, done);
}

}  // namespace tfhub::server
