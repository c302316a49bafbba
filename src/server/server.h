// The hub over HTTP: protocol.md sections 1 to 4 from a catalogue and its store, to any number of clients.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "store/object_store.h"
#include "tfhub/result.h"

namespace tfhub::server {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // HOST:PORT, [::1]:PORT; port 0 takes a free one
  std::string uncompressed_base;          // gs://bucket/path; empty: that format is 404
  std::string public_url;                 // what pages and links call this hub; empty: the request's host
  std::string tls_certificate, tls_key;   // PEM files; both or none
  unsigned threads = 0;                   // 0: one a core
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};  // for a request's whole head
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds stall_timeout{30'000};   // for a client that takes nothing
  size_t max_connections = 20'000;
  // How often the store is asked what changed; 0: four times a second where it is a directory, every second
  // where it is a bucket.
  std::chrono::milliseconds refresh_interval{0};
  // Downloads are answered by a URL of the bucket that is good for a while (302), where the store can sign
  // one.
  bool redirect_downloads = false;
  bool access_log = true;  // one line a request on stderr
};

class Server {
 public:
  // Listens already when it returns. kUsage: bad address or certificate; kNotAllowed: port refused;
  // kNetwork: in use.
  static Result<std::unique_ptr<Server>> start(std::shared_ptr<store::ObjectStore> store,
                                               ServerOptions options);
  virtual ~Server() = default;
  virtual std::string url() const = 0;  // http://127.0.0.1:41233
  // Stops accepting, lets what is in flight finish (up to drain_timeout), returns. From any thread, more than
  // once.
  virtual void stop() = 0;
  virtual void wait() = 0;  // until stopped
  // Takes up the certificate and the key anew, for connections that begin from now on. An error: the files
  // cannot be used, and what was used until now stays.
  virtual Result<void> reload() = 0;
  // A line for stderr, by the thread that writes the access log: who says it never waits. Dropped where
  // nobody reads.
  virtual void say(std::string_view line) = 0;
};

}  // namespace tfhub::server
