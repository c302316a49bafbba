// One thread that serves connections: its event loop, its connections, and what they share so that an idle
// connection holds next to nothing (buffers, the answer being made, the Date of this second).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "server/access_log.h"
#include "server/connection.h"
#include "server/event_loop.h"
#include "server/hub.h"
#include "server/tls.h"

namespace tfhub::server {

class Worker {
 public:
  // `log` and `tls` may be null. `default_host` is what links say to a client that names no host.
  Worker(Hub& shared_hub, const TlsHolder* shared_tls, AccessLog* log, std::string host_without_header);
  // Once. false: the system allows no thread more.
  bool start();
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // From any thread.
  void adopt(os::UniqueFd socket, std::string remote);
  size_t connections() const { return connections_.load(std::memory_order_relaxed); }
  void shed(size_t count);                       // closes up to `count` idle connections
  void drain(std::function<void()> when_empty);  // idle ones close now, the others after their answer
  void abort();                                  // what is still open is cut
  void join();                                   // after drain() has called back

  // For its connections, on its own thread.
  EventLoop loop;
  Hub& hub;
  const TlsHolder* const tls;
  ThreadMetrics& metrics;
  const std::string default_host;
  std::array<std::byte, 64 << 10> input, scratch;
  Reply reply;
  Outgoing outgoing;
  std::string common;  // common_fields() of this second
  bool draining = false;
  void log(const AccessEntry& entry);
  void enlist(Connection& connection);
  void dismiss(Connection& connection);

 private:
  void tick();
  void stop_if_empty();

  AccessLog::Buffer* const log_;
  std::chrono::system_clock::time_point second_{};
  std::string time_;  // of this second, for the log
  Connection* first_ = nullptr;
  std::atomic<size_t> connections_{0};
  std::function<void()> when_empty_;
  std::thread thread_;
};

}  // namespace tfhub::server
