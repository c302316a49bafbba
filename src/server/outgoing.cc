#include "server/outgoing.h"

#include <algorithm>
#include <span>

namespace tfhub::server {
namespace {

// Then the other connections have theirs. Larger calls of sendfile are slower, 8 MiB by a fifth: meanwhile
// the socket is locked, and what the client acknowledges waits.
constexpr uint64_t kMostBytesATurn = 256 << 10;
constexpr uint64_t kMostStreamedATurn = 1 << 20;  // what is here is still in the processor's cache
constexpr size_t kStreamBlock = 128 << 10;

}  // namespace

void Outgoing::reset() {
  bytes.clear();
  bytes_sent = 0;
  file.reset();
  stream.reset();
  offset = left = 0;
  head_size = 0;
  body_sent = 0;
  method.clear();
  target.clear();
  user_agent.clear();
}

Outgoing::Push Outgoing::push(Transport& transport, MutableBytes scratch) {
  const auto moved = [&](const Io& io) { return io.status == Io::Status::kDone; };
  const auto wait = [](const Io& io) {
    return io.status == Io::Status::kWantWrite     ? Push::kWantWrite
           : io.status == Io::Status::kWantRead    ? Push::kWantRead
           : io.status == Io::Status::kNothingHere ? Push::kNeedBytes
                                                   : Push::kFailed;
  };
  while (bytes_sent < bytes.size()) {
    const Bytes rest = as_bytes(bytes).subspan(bytes_sent);
    const Io io = transport.write(rest, left > 0);
    if (!moved(io)) return wait(io);
    bytes_sent += io.bytes;
    if (bytes_sent > head_size) body_sent += std::min(io.bytes, bytes_sent - head_size);
  }
  for (uint64_t this_turn = 0; left > 0;) {
    if (this_turn >= (stream ? kMostStreamedATurn : kMostBytesATurn)) return Push::kTurn;
    // No thread is asked for what has arrived of a stream. A directory's blocking reads are the disk's: the
    // same as any server that sends files has.
    const Io io = stream
                      ? transport.send_from(*stream, left)
                      : transport.send_file(file->fd.get(), offset, std::min(left, kMostBytesATurn), scratch);
    if (!moved(io)) return wait(io);
    offset += io.bytes;
    left -= io.bytes;
    body_sent += io.bytes;
    this_turn += io.bytes;
    if (io.filled && left > 0) return Push::kWantWrite;
  }
  return Push::kDone;
}

bool Outgoing::read_block() {
  const auto wanted = std::min<uint64_t>(left, kStreamBlock);
  bytes.resize(wanted);
  bytes_sent = head_size = 0;
  size_t filled = 0;
  while (filled < wanted) {
    const auto got = stream->read(std::as_writable_bytes(std::span(bytes)).subspan(filled));
    if (!got || *got == 0) return false;
    filled += *got;
  }
  left -= wanted;
  return true;
}

}  // namespace tfhub::server
