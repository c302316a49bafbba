// serve: starts the server, says where it listens, and stops it by signal: the first one drains, the second
// one ends.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "base/settings.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "client/store_location.h"
#include "protocol/keys.h"
#include "server/server.h"
#include "store/disk_cache.h"

namespace tfhub::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Waits for signals on a thread of its own: no handler runs in the middle of anything.
void stop_on_signal(server::Server& server) {
  std::thread([&server] {
    const sigset_t set = stop_signals();
    int signal_number = 0;
    sigwait(&set, &signal_number);
    std::thread([&server] { server.stop(); }).detach();
    sigwait(&set, &signal_number);
    ::_exit(128 + signal_number);
  }).detach();
}

}  // namespace

Result<int> run_serve(const ServeArguments& arguments, bool quiet) {
  if (arguments.tls_certificate.empty() != arguments.tls_key.empty())
    return fail(Code::kUsage, "--tls-cert and --tls-key belong together; give both or none");
  if (!(arguments.drain_timeout >= 0) || arguments.drain_timeout > 1e6)
    return fail(Code::kUsage, "--drain-timeout is a number of seconds, 0 or more");
  if (!(arguments.refresh_interval >= 0) || arguments.refresh_interval > 1e6)
    return fail(Code::kUsage, "--refresh-interval is a number of seconds");
  TFHUB_ASSIGN(const std::string location, client::store_location(arguments.store));
  TFHUB_ASSIGN(auto store, client::open_hub_store(location, /*create=*/true));
  if (!arguments.disk_cache.empty()) {
    TFHUB_ASSIGN(store, store::open_disk_cache(std::move(store), {.directory = arguments.disk_cache,
                                                                  .size = arguments.disk_cache_size,
                                                                  .keeps = protocol::is_version_key}));
  }

  server::ServerOptions options;
  options.listen = arguments.listen.empty() ? get(settings::kListen) : arguments.listen;
  options.uncompressed_base = arguments.uncompressed_base;
  options.public_url = arguments.public_url;
  options.tls_certificate = arguments.tls_certificate;
  options.tls_key = arguments.tls_key;
  options.threads = arguments.threads;
  TFHUB_ASSIGN(options.header_timeout, get_timeout(settings::kHeaderTimeout));
  options.drain_timeout = std::chrono::milliseconds(static_cast<int64_t>(arguments.drain_timeout * 1000));
  options.refresh_interval =
      std::chrono::milliseconds(static_cast<int64_t>(arguments.refresh_interval * 1000));
  options.redirect_downloads = arguments.redirect_downloads;
  options.access_log = !quiet;

  // Before any thread exists: they all inherit it.
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  TFHUB_ASSIGN(const auto server, server::Server::start(store, options));
  print(fmt::format("listening on {}\n", server->url()));
  TFHUB_TRY(flush_stdout());
  stop_on_signal(*server);
  server->wait();
  // The signal threads still hold the server; nothing is left to be said or saved.
  std::fflush(stderr);
  std::_Exit(0);
}

}  // namespace tfhub::cli
