// serve: starts the server, says where it listens, and does what signals ask for.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/threads.h"
#include "catalog/store_format.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "client/store_location.h"
#include "protocol/keys.h"
#include "server/server.h"
#include "store/disk_cache.h"

namespace tfhub::cli {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, each);
  return set;
}

void take_up_the_certificate(server::Server& server) {
  if (const auto done = server.reload(); !done)
    warn("SIGHUP: {}; what was used until now stays", done.error().message());
}

// Waits for signals on the main thread: no handler runs in the middle of anything. The first that asks to end
// lets what is in flight finish, the second one does not. SIGHUP is what whoever renews certificates and
// rotates logs sends; SIGUSR1 and SIGUSR2, which some send to all servers alike, mean nothing here and end
// nothing.
[[noreturn]] void serve_until_told_to_stop(server::Server& server) {
  const sigset_t set = awaited_signals();
  std::optional<std::thread> stopping;
  while (true) {
    int signal_number = 0;
    if (sigwait(&set, &signal_number) != 0) continue;
    if (signal_number == SIGHUP) take_up_the_certificate(server);
    if (signal_number != SIGINT && signal_number != SIGTERM) continue;
    if (stopping) ::_exit(128 + signal_number);
    const auto stop = [&server] {
      server.stop();
      std::_Exit(
          0);  // this thread and the main one still hold the server; nothing is left to be said or saved
    };
    stopping = try_thread(stop);
    if (!stopping) stop();
  }
}

// A mistyped path, and a disk that is not mounted, are no new empty hub.
Result<std::shared_ptr<store::ObjectStore>> open_store_to_serve(const std::string& location, bool create) {
  auto store = client::open_hub_store(location, /*create=*/false);
  if (store || store.error().code() != Code::kNotFound) return store;
  if (!create)
    return fail(Code::kNotFound,
                "there is no store at {}; name another with --store, or say --create to begin an empty one",
                printable(location, 400));
  TFHUB_ASSIGN(auto made, client::open_hub_store(location, create));
  // With its mark from the beginning, so that it is missed when its disk goes away.
  TFHUB_TRY(catalog::put_format(*made));
  return made;
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
  TFHUB_ASSIGN(auto store, open_store_to_serve(location, arguments.create));
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
  const sigset_t set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  TFHUB_ASSIGN(const auto server, server::Server::start(store, options));
  // From here on whoever says something does not wait for whoever reads it.
  set_log_function([&server = *server](LogLevel level, std::string_view message) {
    const char* what = level == LogLevel::kError ? "error: " : level == LogLevel::kWarning ? "warning: " : "";
    server.say(fmt::format("tfhub: {}{}", what, message));
  });
  print(fmt::format("listening on {}\n", server->url()));
  TFHUB_TRY(flush_stdout());
  serve_until_told_to_stop(*server);
}

}  // namespace tfhub::cli
