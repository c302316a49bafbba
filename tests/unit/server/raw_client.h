// A client that is only a socket: it sends exactly the bytes it is told to, and sees exactly what comes back.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hub_fixture.h"
#include "os/fd.h"

namespace tfhub::server {

class RawClient {
 public:
  // `url`: http://127.0.0.1:PORT. A small receive buffer makes a download wait for its reader.
  explicit RawClient(const std::string& url, int receive_buffer = 0) {
    const auto port = static_cast<uint16_t>(std::atoi(url.substr(url.rfind(':') + 1).c_str()));
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }

  bool connected() const { return connected_; }
  int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // One whole answer; status 0 when the connection ends or `patience` is over before it.
  Answer answer(bool head_only = false, std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive(until)) return {};
    }
    Answer answer;
    const size_t line = buffer_.find("\r\n");
    raw_head = buffer_.substr(0, end + 4);
    answer.status = static_cast<unsigned>(std::atoi(buffer_.substr(9, 3).c_str()));
    answer.fields = parse_fields(std::string_view(buffer_).substr(line + 2, end - line));
    buffer_.erase(0, end + 4);
    answer.length = std::strtoull(answer.field("content-length").c_str(), nullptr, 10);
    if (head_only || answer.status == 304) return answer;
    while (buffer_.size() < answer.length) {
      if (!receive(until)) return {};
    }
    answer.body = buffer_.substr(0, answer.length);
    buffer_.erase(0, answer.length);
    return answer;
  }
  Answer get(const std::string& target) {
    send("GET " + target + " HTTP/1.1\r\nHost: hub.test\r\n\r\n");
    return answer();
  }

  // Everything until the server closes; reset counts as closed.
  std::string rest(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (receive(until)) {
    }
    return std::exchange(buffer_, {});
  }
  // Waits for the first bytes of an answer, and leaves them where they are.
  bool answer_begins() {
    pollfd ready{socket_.get(), POLLIN, 0};
    char byte = 0;
    return ::poll(&ready, 1, 20'000) == 1 && ::recv(socket_.get(), &byte, 1, MSG_PEEK) == 1;
  }
  // Whether the server closed within `patience`, sending nothing more.
  bool closed(std::chrono::milliseconds patience) {
    return !receive(std::chrono::steady_clock::now() + patience) && ended_;
  }

  std::string raw_head;

 private:
  bool receive(std::chrono::steady_clock::time_point until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready{socket_.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0) return false;
    char block[64 << 10];
    const ssize_t got = ::recv(socket_.get(), block, sizeof(block), 0);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    buffer_.append(block, static_cast<size_t>(got));
    return true;
  }

  os::UniqueFd socket_;
  bool connected_ = false, ended_ = false;
  std::string buffer_;
};

}  // namespace tfhub::server
