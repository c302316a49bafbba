// A connection whose bytes belong to whoever holds it: libcurl makes it (names, proxies, TLS, authorities as
// for every request of this room), then HTTP is spoken on it by hand. From one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "base/byte_stream.h"
#include "transfer/curl_library.h"
#include "transfer/http.h"
#include "transfer/retry.h"

namespace tfhub::transfer {

class RawConnection {
 public:
  // To the server that `url` names. Blocks for connect_timeout at most.
  static Result<std::unique_ptr<RawConnection>> open(const std::string& url, const HttpOptions& options);

  // All of it, or an error; blocks until then.
  Result<void> send(Bytes bytes, Clock::time_point until);

  struct Received {
    enum class What : uint8_t { kBytes, kNothingYet, kEnd, kFailed } what;
    size_t size = 0;
  };
  Received receive(MutableBytes buffer);  // never waits
  // Until something can be received; false: not by then.
  bool wait(Clock::time_point until) const;

  // The descriptor is readable, and wait() over, once so many bytes have come, or the end; fewer are received
  // all the same. With TLS nobody knows how many bytes that makes there, and nothing changes.
  void wake_for(size_t bytes);

  int descriptor() const { return socket_; }
  // What arrives at the descriptor are the bytes themselves, not TLS records.
  bool plain() const { return plain_; }
  // Nothing has come that nobody asked for, nor the end.
  bool quiet() const { return !wait({}); }

 private:
  RawConnection(const CurlLibrary& curl, EasyHandle easy, int socket, bool plain)
      : curl_(curl), easy_(std::move(easy)), socket_(socket), plain_(plain) {}

  const CurlLibrary& curl_;
  EasyHandle easy_;
  int socket_;  // libcurl's
  bool plain_;
  size_t wakes_for_ = 1;
};

}  // namespace tfhub::transfer
