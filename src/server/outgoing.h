// An answer on its way to a client.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "server/reply.h"
#include "server/transport.h"

namespace tfhub::server {

using Clock = std::chrono::steady_clock;

// Bytes first (the head, and a body in memory), then the file or the stream.
struct Outgoing {
  std::string bytes;
  size_t bytes_sent = 0;
  OpenFilePointer file;
  std::unique_ptr<ByteSource> stream;
  uint64_t offset = 0, left = 0;  // of the file or stream

  // For the log and the counters, when it is done.
  size_t head_size = 0;
  uint64_t body_sent = 0;
  unsigned status = 0;
  Route route = Route::kNone;
  bool keep_alive = true;
  Clock::time_point started;
  std::string method, target, user_agent;  // filled only where the request's own bytes do not stay

  void reset();

  // What sending waits for, or that it is over. kTurn: nothing, but the other connections have theirs first.
  enum class Push : uint8_t { kDone, kWantRead, kWantWrite, kFailed, kTurn, kNeedBytes };
  // Sends as much as `transport` takes now. A file passes `scratch` where it cannot go straight to the
  // socket.
  Push push(Transport& transport, MutableBytes scratch);
  // After kNeedBytes, on a thread that may block: the stream's next block. False: the store failed, or gave
  // less than it had promised.
  bool read_block();
};

}  // namespace tfhub::server
