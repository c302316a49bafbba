// An HTTP server on loopback whose every byte a test decides: replies are raw text, cut, delayed, reset or
// left hanging as told. One connection at a time, which is all that a client in one thread opens.
#pragma once

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/fd.h"
#include "protocol/http.h"

namespace tfhub::transfer::test {

struct RecordedRequest {
  std::string method, target;
  std::string text;    // the whole head
  int connection = 0;  // the how-manieth, from 0

  std::string header(const std::string& lower_case_name) const {  // empty: none
    const size_t at = lower_ascii(text).find("\r\n" + lower_case_name + ":");
    if (at == std::string::npos) return {};
    const size_t begin = at + 2 + lower_case_name.size() + 1;
    return std::string(trim(std::string_view(text).substr(begin, text.find("\r\n", begin) - begin)));
  }
};

struct Reply {
  std::string bytes;                     // head and body, raw
  size_t cut_at = std::string::npos;     // so many bytes are sent, then the connection ends
  bool reset = false;                    // it ends with RST instead of FIN
  bool hang = false;                     // it does not end: silence until the client or the server goes
  bool keep = false;                     // the connection serves a further request
  std::chrono::milliseconds delay{0};    // before the first byte
  std::chrono::milliseconds trickle{0};  // after each byte
};

// A whole response; `headers` are lines, each with its "\r\n".
inline Reply reply(const std::string& status, const std::string& headers, const std::string& body) {
  Reply out;
  out.bytes =
      fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body);
  return out;
}

inline int port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Bound to a free port of 127.0.0.1, not listening yet: a client is refused.
inline os::UniqueFd bound_socket() {
  os::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("no port on loopback");
  return fd;
}

class ScriptedServer {
 public:
  using Handler = std::function<Reply(const RecordedRequest& request, int number)>;  // number: from 0

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)), listener_(bound_socket()) {
    int ends[2];
    if (listen(listener_.get(), 16) != 0 || pipe(ends) != 0) throw std::runtime_error("no server");
    stop_reader_.reset(ends[0]);
    stop_writer_.reset(ends[1]);
    port_ = port_of(listener_.get());
    thread_ = std::thread([this] { run(); });
  }
  // Each request gets the next reply, the last one again and again.
  explicit ScriptedServer(std::vector<Reply> replies)
      : ScriptedServer([replies = std::move(replies)](const RecordedRequest&, int number) {
          return replies[std::min(static_cast<size_t>(number), replies.size() - 1)];
        }) {}
  ~ScriptedServer() {
    stop_writer_.reset();  // the pipe's end is what every wait sees
    thread_.join();
  }

  int port() const { return port_; }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }
  std::string url(const std::string& target = "/m") const { return "http://" + address() + target; }
  std::vector<RecordedRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  // Waits until `fd` has something; false: the server is to stop.
  bool readable(int fd, int timeout_ms = -1) const {
    pollfd fds[] = {{stop_reader_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
    const int ready = poll(fds, 2, timeout_ms);
    return ready >= 0 && fds[0].revents == 0;
  }

  void run() {
    for (int connection = 0; readable(listener_.get()); ++connection) {
      const os::UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      const int one = 1;
      setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      while (serve(fd.get(), connection)) {
      }
    }
  }

  // One request; whether the connection goes on.
  bool serve(int fd, int connection) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
      if (!readable(fd) || recv(fd, &byte, 1, 0) != 1) return false;
      head += byte;
    }
    const size_t space = head.find(' ');
    RecordedRequest request{head.substr(0, space),
                            head.substr(space + 1, head.find(' ', space + 1) - space - 1), head, connection};
    const Reply answer = [&] {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      return handler_(request, static_cast<int>(requests_.size()) - 1);
    }();
    if (answer.delay.count() > 0 && !readable(-1, static_cast<int>(answer.delay.count()))) return false;
    const std::string_view bytes = std::string_view(answer.bytes).substr(0, answer.cut_at);
    if (answer.trickle.count() > 0) {
      for (const char& each : bytes)
        if (!send_all(fd, {&each, 1}) || !readable(-1, static_cast<int>(answer.trickle.count())))
          return false;
    } else if (!send_all(fd, bytes)) {
      return false;
    }
    if (answer.hang) {
      while (readable(fd) && recv(fd, &byte, 1, 0) == 1) {
      }
      return false;
    }
    if (answer.reset) {
      const linger now{1, 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      return false;
    }
    return answer.keep;
  }

  bool send_all(int fd, std::string_view bytes) const {
    while (!bytes.empty()) {
      pollfd fds[] = {{stop_reader_.get(), POLLIN, 0}, {fd, POLLOUT, 0}};
      if (poll(fds, 2, -1) < 0 || fds[0].revents != 0) return false;
      const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  Handler handler_;
  os::UniqueFd listener_, stop_reader_, stop_writer_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<RecordedRequest> requests_;
  std::thread thread_;
};

// A file as a good server gives it: ETag, ranges, If-Range.
struct ServedFile {
  std::string content;
  std::string etag = "\"v1\"";
  std::string headers{};  // more of them, each with "\r\n"

  Reply answer(const RecordedRequest& request) const {
    const std::string common = fmt::format("ETag: {}\r\nAccept-Ranges: bytes\r\n{}", etag, headers);
    const std::string range = request.header("range"), condition = request.header("if-range");
    if (range.empty() || (!condition.empty() && condition != etag)) return reply("200 OK", common, content);
    const auto [kind, part] = protocol::parse_range(range, content.size());
    if (kind == protocol::RangeAnswer::Kind::kUnsatisfiable)
      return reply("416 Range Not Satisfiable",
                   fmt::format("{}Content-Range: bytes */{}\r\n", common, content.size()), "no such range");
    return reply(
        "206 Partial Content",
        fmt::format("{}Content-Range: bytes {}-{}/{}\r\n", common, part.first, part.last, content.size()),
        content.substr(part.first, part.length()));
  }
};

// The same body in chunks of `step`, with the end mark.
inline std::string chunked(const std::string& body, size_t step) {
  std::string out;
  for (size_t at = 0; at < body.size(); at += step) {
    const std::string part = body.substr(at, step);
    out += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  return out + "0\r\n\r\n";
}

}  // namespace tfhub::transfer::test
