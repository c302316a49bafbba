#include "server/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "server/worker.h"

namespace tfhub::server {
namespace {

constexpr int kBacklog = 4096;
constexpr int kMostAcceptsATurn = 64;
constexpr std::chrono::milliseconds kBreath{100};

std::string host_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text.data(),
                text.size());
  }
  const std::string host(text.data());
  return host.starts_with("::ffff:") && host.find('.') != std::string::npos ? host.substr(7) : host;
}

std::string address_text(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  const uint16_t port =
      ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                          : reinterpret_cast<const sockaddr_in&>(address).sin_port);
  const std::string host = host_text(address);
  const bool brackets = host.find(':') != std::string::npos;
  return brackets ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

tl::unexpected<Error> refused(const std::string& address, int error) {
  switch (error) {
    case EADDRINUSE:
      return fail(Code::kNetwork,
                  "{} is in use by another program; choose another port with --listen, or 0 for any",
                  address);
    case EACCES:
    case EPERM:
      return fail(Code::kNotAllowed,
                  "you may not listen on {}; ports below 1024 need a privilege, 8080 does not", address);
    case EADDRNOTAVAIL:
      return fail(Code::kUsage,
                  "{} is no address of this machine; --listen 0.0.0.0:PORT is every one of them", address);
    default:
      return fail_system(error, "cannot listen on " + address);
  }
}

struct Split {
  std::string host, port;
};
Result<Split> split(const std::string& address) {
  const size_t colon = address.rfind(':');
  Split parts;
  if (colon != std::string::npos) {
    parts = {address.substr(0, colon), address.substr(colon + 1)};
    if (parts.host.starts_with('[') && parts.host.ends_with(']'))
      parts.host = parts.host.substr(1, parts.host.size() - 2);
    else if (parts.host.find(':') != std::string::npos)
      parts.port.clear();  // an IPv6 address without brackets: which colon is the port's?
  }
  const bool number =
      !parts.port.empty() && parts.port.size() <= 5 &&
      std::all_of(parts.port.begin(), parts.port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number || std::stoi(parts.port) > 65535)
    return fail(Code::kUsage,
                "'{}' is not an address to listen on; write HOST:PORT, for example 127.0.0.1:8080", address);
  return parts;
}

}  // namespace

Result<Listening> listen_on(const std::string& address) {
  TFHUB_ASSIGN(const Split parts, split(address));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (const int error =
          ::getaddrinfo(parts.host.empty() ? nullptr : parts.host.c_str(), parts.port.c_str(), &hints, &list);
      error != 0)
    return fail(Code::kUsage, "'{}' is not an address to listen on: {}", address, ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    os::UniqueFd socket(::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int yes = 1;
    // A restarted hub takes its port back at once, whatever old connections linger.
    if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (socket && ::bind(socket.get(), one->ai_addr, one->ai_addrlen) == 0 &&
        ::listen(socket.get(), kBacklog) == 0) {
      std::string text = address_text(socket.get());
      return Listening{std::move(socket), std::move(text)};
    }
    error = errno;
  }
  return refused(address, error);
}

Listener::Listener(EventLoop& loop, os::UniqueFd socket, std::vector<std::unique_ptr<Worker>>& workers,
                   size_t most_connections)
    : loop_(loop),
      socket_(std::make_unique<Descriptor>(loop, std::move(socket))),
      workers_(workers),
      most_connections_(most_connections) {}

void Listener::accept() {
  run();
}

void Listener::close(std::function<void()> when_closed) {
  closing_ = true;
  when_closed_ = std::move(when_closed);
  socket_->cancel();
}

size_t Listener::connections() const {
  size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->connections();
  return sum;
}

void Listener::take(int fd, const sockaddr_storage& address) {
  os::UniqueFd socket(fd);
  const int yes = 1;
  // Without it a head followed by sendfile waits 40 ms for the client's acknowledgement.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  size_t chosen = next_++ % workers_.size();
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->connections() < workers_[chosen]->connections()) chosen = i;
  }
  workers_[chosen]->adopt(std::move(socket), host_text(address));
}

Detached Listener::run() {
  while (true) {
    if (!closing_) co_await socket_->until_readable();
    bool empty = false;
    for (int i = 0; !empty && i < kMostAcceptsATurn; ++i) {
      if (connections() >= most_connections_) {
        pollfd waiting{socket_->get(), POLLIN, 0};
        if (::poll(&waiting, 1, 0) == 0) break;  // full, but nobody is at the door
        // Those who wait for their next request make room; the new ones wait in the kernel meanwhile.
        for (const auto& worker : workers_) worker->shed(1 + most_connections_ / (16 * workers_.size()));
        if (closing_) break;
        co_await Pause(loop_, kBreath);
        continue;
      }
      sockaddr_storage address{};
      socklen_t length = sizeof(address);
      const int fd = ::accept4(socket_->get(), reinterpret_cast<sockaddr*>(&address), &length,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        complained_ = false;
        take(fd, address);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        // The socket stays readable: without a pause this would spin until somebody closes something.
        if (!std::exchange(complained_, true))
          warn("new connections wait: {} (raise `ulimit -n`, or LimitNOFILE= of the service)",
               std::strerror(errno));
        for (const auto& worker : workers_) worker->shed(16);
        if (closing_) break;
        co_await Pause(loop_, kBreath);
      } else {
        empty = errno == EAGAIN || errno == EWOULDBLOCK;  // others are of that one connection, gone already
      }
    }
    if (closing_) break;
  }
  socket_.reset();
  when_closed_();
}

}  // namespace tfhub::server
