#include "server/worker.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/threads.h"
#include "protocol/http.h"

namespace tfhub::server {
namespace {

// Often enough for the shortest limit, and for a Date that is never two seconds old.
std::chrono::milliseconds sweep_interval(const ServerOptions& options) {
  const auto shortest = std::min({options.header_timeout, options.idle_timeout, options.stall_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
}

}  // namespace

Worker::Worker(Hub& shared_hub, const TlsHolder* shared_tls, AccessLog* log, std::string host_without_header)
    : hub(shared_hub),
      tls(shared_tls),
      metrics(shared_hub.metrics.add_thread()),
      default_host(std::move(host_without_header)),
      log_(log == nullptr ? nullptr : &log->add_thread()) {
  tick();
  loop.every(sweep_interval(hub.options), [this] { tick(); });
}

bool Worker::start() {
  auto thread = try_thread([this] { loop.run(); });
  if (thread) thread_ = std::move(*thread);
  return thread.has_value();
}

Worker::~Worker() {
  join();
}

void Worker::adopt(os::UniqueFd socket, std::string remote) {
  connections_.fetch_add(1, std::memory_order_relaxed);  // at once: the next one goes to the emptier worker
  // std::function wants to copy what it holds.
  auto shared = std::make_shared<os::UniqueFd>(std::move(socket));
  loop.post([this, shared, remote = std::move(remote)]() mutable {
    Connection::serve(std::make_unique<Connection>(*this, std::move(*shared), std::move(remote)));
  });
}

void Worker::shed(size_t count) {
  loop.post([this, count] {
    std::vector<Connection*> idle;
    for (Connection* c = first_; c != nullptr; c = c->next_) {
      if (c->idle()) idle.push_back(c);
    }
    // Those that have been idle longest: one that has just connected is about to ask.
    const auto last = idle.begin() + static_cast<ptrdiff_t>(std::min(count, idle.size()));
    std::partial_sort(idle.begin(), last, idle.end(),
                      [](const Connection* a, const Connection* b) { return a->deadline_ < b->deadline_; });
    std::for_each(idle.begin(), last, [](Connection* c) { c->drain(); });
  });
}

void Worker::drain(std::function<void()> when_empty) {
  loop.post([this, when_empty = std::move(when_empty)]() mutable {
    draining = true;
    when_empty_ = std::move(when_empty);
    for (Connection* c = first_; c != nullptr; c = c->next_) c->drain();
    stop_if_empty();
  });
}

void Worker::abort() {
  loop.post([this] {
    for (Connection* c = first_; c != nullptr; c = c->next_) c->abort();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::log(const AccessEntry& entry) {
  if (log_ != nullptr) log_->append(time_, entry);
}

void Worker::enlist(Connection& connection) {
  connection.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &connection;
  first_ = &connection;
  metrics.connections_opened.add();
}

void Worker::dismiss(Connection& connection) {
  if (connection.previous_ != nullptr) connection.previous_->next_ = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  if (first_ == &connection) first_ = connection.next_;
  metrics.connections_closed.add();
  connections_.fetch_sub(1, std::memory_order_relaxed);
  stop_if_empty();
}

// connections_ also counts those adopted whose turn has not come.
void Worker::stop_if_empty() {
  if (!draining || first_ != nullptr || connections() != 0) return;
  if (when_empty_) std::exchange(when_empty_, nullptr)();
  loop.stop();
}

void Worker::tick() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != second_) {
    second_ = now;
    common = common_fields(protocol::http_date(now));
    time_ = iso8601(now);
  }
  const auto steady = Clock::now();
  for (Connection* c = first_; c != nullptr; c = c->next_) c->sweep(steady);
}

}  // namespace tfhub::server
