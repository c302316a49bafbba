// A loopback HTTP server whose answers a test writes: what a host may say about versions, formats and
// failures. Keeps what it was asked. One thread a connection, one request a connection.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tfhub::client {

struct ScriptedRequest {
  std::string method, target;                  // "/acme/mul?tf-hub-format=compressed"
  std::map<std::string, std::string> headers;  // names lower case
  std::string path() const { return target.substr(0, target.find('?')); }
};

struct ScriptedResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  size_t cut_after = SIZE_MAX;  // the connection breaks after so many bytes of the body
};

class ScriptedServer {
 public:
  using Handler = std::function<ScriptedResponse(const ScriptedRequest&)>;

  explicit ScriptedServer(Handler handler);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void set_handler(Handler handler);
  // "HEAD /acme/mul?tf-hub-format=compressed", in the order of arrival; forgets them.
  std::vector<std::string> take_log();

 private:
  void serve(int connection);

  std::mutex mutex_;
  Handler handler_;
  std::vector<std::string> log_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

inline ScriptedServer::ScriptedServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no loopback socket");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      connections_.emplace_back([this, connection] { serve(connection); });
    }
  });
}

inline ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& connection : connections_) connection.join();
}

inline void ScriptedServer::set_handler(Handler handler) {
  const std::lock_guard lock(mutex_);
  handler_ = std::move(handler);
}

inline std::vector<std::string> ScriptedServer::take_log() {
  const std::lock_guard lock(mutex_);
  return std::exchange(log_, {});
}

inline void ScriptedServer::serve(int connection) {
  std::string head;
  char byte;
  while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) head += byte;
  ScriptedRequest request;
  const size_t first = head.find(' '), second = head.find(' ', first + 1);
  if (second == std::string::npos) {
    ::close(connection);
    return;
  }
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  for (size_t line = head.find("\r\n") + 2; line + 2 < head.size();) {
    const size_t end = head.find("\r\n", line), colon = head.find(": ", line);
    std::string name = head.substr(line, colon - line);
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    request.headers[name] = head.substr(colon + 2, end - colon - 2);
    line = end + 2;
  }
  Handler handler;
  {
    const std::lock_guard lock(mutex_);
    log_.push_back(request.method + " " + request.target);
    handler = handler_;
  }
  const ScriptedResponse response = handler(request);
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " x\r\nConnection: close\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  if (response.status != 304) out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  out += "\r\n";
  if (request.method != "HEAD" && response.status != 304) out += response.body.substr(0, response.cut_after);
  for (size_t sent = 0; sent < out.size();) {
    const ssize_t size = ::send(connection, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) break;
    sent += static_cast<size_t>(size);
  }
  ::shutdown(connection, SHUT_WR);
  while (::recv(connection, &byte, 1, 0) > 0) {
  }
  ::close(connection);
}

}  // namespace tfhub::client
