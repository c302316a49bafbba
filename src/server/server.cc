#include "server/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/threads.h"
#include "protocol/url.h"
#include "server/access_log.h"
#include "server/hub.h"
#include "server/listener.h"
#include "server/refresher.h"
#include "server/tls.h"
#include "server/worker.h"

namespace tfhub::server {
namespace {

// Somebody who does not read what we say must not keep us from ending.
constexpr std::chrono::milliseconds kLastFlush{1000};

// The soft limit is 1,024 on most systems, for the sake of select(2); the hard one is what the operator
// allows.
void raise_descriptor_limit(size_t connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr rlim_t kEach =
      6;  // a download from a bucket: the client's, the bucket's, libcurl's pair, and a pipe
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, kEach * connections + 2048);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) debug("the limit of open files stays as it is");
}

class RunningServer final : public Server {
 public:
  RunningServer(std::shared_ptr<store::ObjectStore> store, ServerOptions options, Listening listening,
                std::unique_ptr<TlsContext> tls)
      : tls_(tls ? std::make_unique<TlsHolder>(std::move(tls)) : nullptr),
        url_((tls_ ? "https://" : "http://") + listening.address),
        hub_(std::move(store), std::move(options)),
        log_(STDERR_FILENO),
        refresher_(hub_) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned threads = hub_.options.threads == 0 ? cores : hub_.options.threads;
    AccessLog* const access_log = hub_.options.access_log ? &log_ : nullptr;
    for (unsigned i = 0; i < threads; ++i) {
      auto worker = std::make_unique<Worker>(hub_, tls_.get(), access_log, listening.address);
      if (!worker->start()) break;  // those that there are do the same
      workers_.push_back(std::move(worker));
    }
    if (workers_.empty()) return;
    listener_ = std::make_unique<Listener>(workers_[0]->loop, std::move(listening.socket), workers_,
                                           hub_.options.max_connections);
    workers_[0]->loop.post([this] { listener_->accept(); });
  }

  ~RunningServer() override { stop(); }

  // false: not one thread could be started to answer requests, or none to look at the store.
  bool runs() const { return !workers_.empty() && refresher_.runs(); }

  void say(std::string_view line) override { log_.say(line); }

  Result<void> reload() override {
    if (!tls_) return {};
    auto next = TlsContext::load(hub_.options.tls_certificate, hub_.options.tls_key);
    if (!next) return fail(std::move(next).error());
    tls_->replace(std::move(*next));
    return {};
  }

  std::string url() const override { return url_; }

  void stop() override {
    std::unique_lock lock(mutex_);
    if (workers_.empty()) stopping_ = stopped_ = true;  // never began
    if (std::exchange(stopping_, true)) {
      changed_.wait(lock, [this] { return stopped_; });
      return;
    }
    const auto deadline = std::chrono::steady_clock::now() + hub_.options.drain_timeout;
    workers_[0]->loop.post([this] { listener_->close([this] { note([this] { listening_ = false; }); }); });
    changed_.wait(lock, [this] { return !listening_; });
    // Every accepted connection is in some worker's queue now, before the drain that is posted next.
    busy_ = workers_.size();
    for (const auto& worker : workers_) worker->drain([this] { note([this] { --busy_; }); });
    if (!changed_.wait_until(lock, deadline, [this] { return busy_ == 0; })) {
      for (const auto& worker : workers_) worker->abort();
      changed_.wait(lock, [this] { return busy_ == 0; });
    }
    lock.unlock();
    for (const auto& worker : workers_) worker->join();
    log_.flush(kLastFlush);
    note([this] { stopped_ = true; });
  }

  void wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_; });
  }

 private:
  template <typename Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  // In the order in which they need each other: the last is destroyed first.
  const std::unique_ptr<TlsHolder> tls_;
  const std::string url_;
  Hub hub_;
  AccessLog log_;
  Refresher refresher_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Listener> listener_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, stopped_ = false, listening_ = true;
  size_t busy_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(std::shared_ptr<store::ObjectStore> store,
                                              ServerOptions options) {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return fail(Code::kUsage, "TLS needs both --tls-cert and --tls-key");
  const std::string& base = options.uncompressed_base;
  if (!base.empty() && !protocol::is_bucket_url(base))
    return fail(Code::kUsage,
                "--uncompressed-base is '{}'; clients read in place from gs://, s3:// or az://BUCKET/PATH",
                base);
  if (!options.public_url.empty() && !options.public_url.starts_with("http://") &&
      !options.public_url.starts_with("https://"))
    return fail(Code::kUsage, "--public-url is '{}'; write it with http:// or https://", options.public_url);
  std::unique_ptr<TlsContext> tls;
  if (!options.tls_certificate.empty()) {
    TFHUB_ASSIGN(tls, TlsContext::load(options.tls_certificate, options.tls_key));
  }
  raise_descriptor_limit(options.max_connections);
  TFHUB_ASSIGN(Listening listening, listen_on(options.listen));
  auto server = std::make_unique<RunningServer>(std::move(store), std::move(options), std::move(listening),
                                                std::move(tls));
  if (!server->runs()) return fail(no_thread_error());
  return server;
}

}  // namespace tfhub::server
