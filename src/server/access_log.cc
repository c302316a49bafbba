#include "server/access_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

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

AccessLog::AccessLog(int fd) : fd_(fd) {
  writer_ = quiet_thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      lock.unlock();
      flush();
      lock.lock();
    }
  });
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  writer_.join();
  flush();
}

AccessLog::Buffer& AccessLog::add_thread() {
  const std::lock_guard lock(mutex_);
  buffers_.push_back(std::make_unique<Buffer>());
  return *buffers_.back();
}

void AccessLog::flush() {
  const std::lock_guard one_writer(writing_);
  std::vector<Buffer*> buffers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& buffer : buffers_) buffers.push_back(buffer.get());
  }
  std::string lines;
  for (Buffer* buffer : buffers) {
    uint64_t dropped = 0;
    {
      const std::lock_guard lock(buffer->mutex_);
      lines.swap(buffer->lines_);
      std::swap(dropped, buffer->dropped_);
    }
    if (dropped > 0)
      fmt::format_to(std::back_inserter(lines), "{} lines of the access log were dropped: nobody reads it\n",
                     dropped);
    for (size_t done = 0; done < lines.size();) {
      const ssize_t written = ::write(fd_, lines.data() + done, lines.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;  // stderr is closed: there is nobody to tell
      done += static_cast<size_t>(written);
    }
    lines.clear();
  }
}

}  // namespace tfhub::server
