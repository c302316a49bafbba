// The listening socket: its address, and the coroutine that accepts and hands each connection to the worker
// that has fewest.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "os/fd.h"
#include "server/event_loop.h"
#include "server/task.h"
#include "tfhub/result.h"

namespace tfhub::server {

class Worker;

struct Listening {
  os::UniqueFd socket;
  std::string address;  // "127.0.0.1:41233", "[::1]:8080": the port is the one the kernel gave
};
// `address`: HOST:PORT, [IPv6]:PORT, :PORT for every interface. kUsage, kNetwork (taken), kNotAllowed.
Result<Listening> listen_on(const std::string& address);

class Listener {
 public:
  Listener(EventLoop& loop, os::UniqueFd socket, std::vector<std::unique_ptr<Worker>>& workers,
           size_t most_connections);

  // On the loop's thread. accept() runs until close(); what had already arrived is still handed out.
  void accept();
  void close(std::function<void()> when_closed);

 private:
  Detached run();
  void take(int fd, const sockaddr_storage& address);
  size_t connections() const;

  EventLoop& loop_;
  std::unique_ptr<Descriptor> socket_;
  std::vector<std::unique_ptr<Worker>>& workers_;
  const size_t most_connections_;
  size_t next_ = 0;
  bool closing_ = false;
  bool complained_ = false;
  std::function<void()> when_closed_;
};

}  // namespace tfhub::server
