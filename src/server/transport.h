// The bytes of one connection, in the clear or through TLS. Never blocks: what cannot go on says what it
// waits for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_stream.h"
#include "server/tls.h"

namespace tfhub::server {

struct Io {
  enum class Status : uint8_t { kDone, kWantRead, kWantWrite, kNothingHere, kEnd, kFailed };
  Status status = Status::kDone;
  size_t bytes = 0;     // moved, where status is kDone: at least one
  bool filled = false;  // the socket took less than it was offered: it is not writable now
};

class Transport {
 public:
  // `fd` is a non-blocking socket that outlives this; tls may be null.
  Transport(int fd, TlsContext* tls);

  bool encrypted() const { return session_ != nullptr; }
  Io handshake();
  // Bytes wait inside this, so that the socket need not become readable again.
  bool has_buffered() const;
  Io read(MutableBytes buffer);
  // `more`: other bytes follow at once, the kernel may wait for them to fill a packet.
  Io write(Bytes bytes, bool more);
  // What is here of `source`, taken from it: moved by the kernel where that can be, else copied.
  Io send_from(ByteSource& source, uint64_t most);
  // Through TLS the file passes `scratch`.
  Io send_file(int file, uint64_t offset, uint64_t length, MutableBytes scratch);
  // Says that nothing follows; the peer may still send.
  void end_writing();

 private:
  Io from_tls(int result);

  int fd_;
  TlsSession session_;
};

}  // namespace tfhub::server
