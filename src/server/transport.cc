#include "server/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tfhub::server {
namespace {

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Io from_socket(ssize_t result, Io::Status wait) {
  if (result > 0) return {Io::Status::kDone, static_cast<size_t>(result)};
  if (result == 0) return {Io::Status::kEnd, 0};
  return {would_block() ? wait : Io::Status::kFailed, 0};
}

}  // namespace

// SIGPIPE: OpenSSL writes with write(2), which raises it; the server's threads block every signal
// (worker.cc).
Transport::Transport(int fd, TlsContext* tls) : fd_(fd), session_(tls ? tls->session(fd) : nullptr) {}

Io Transport::from_tls(int result) {
  if (result > 0) return {Io::Status::kDone, static_cast<size_t>(result)};
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Io::Status::kWantRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {Io::Status::kWantWrite, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Io::Status::kEnd, 0};
    default:
      ERR_clear_error();
      return {Io::Status::kFailed, 0};
  }
}

Io Transport::handshake() {
  ERR_clear_error();  // SSL_get_error looks at the thread's queue, whoever filled it
  return from_tls(SSL_do_handshake(session_.get()));
}

bool Transport::has_buffered() const {
  return session_ && SSL_has_pending(session_.get()) == 1;
}

Io Transport::read(MutableBytes buffer) {
  if (!session_) return from_socket(::recv(fd_, buffer.data(), buffer.size(), 0), Io::Status::kWantRead);
  ERR_clear_error();
  return from_tls(SSL_read(session_.get(), buffer.data(), static_cast<int>(buffer.size())));
}

Io Transport::write(Bytes bytes, bool more) {
  if (!session_) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    Io io = from_socket(sent, Io::Status::kWantWrite);
    io.filled = io.bytes < bytes.size();
    return io;
  }
  ERR_clear_error();
  return from_tls(
      SSL_write(session_.get(), bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), 1 << 20))));
}

Io Transport::send_from(ByteSource& source, uint64_t most) {
  if (const auto moved = session_ ? std::nullopt : source.move_to(fd_, most)) {
    switch (moved->what) {
      case Moved::What::kMoved:
        return {Io::Status::kDone, moved->bytes};
      case Moved::What::kNothingHere:
        return {Io::Status::kNothingHere};
      case Moved::What::kFull:
        return {Io::Status::kWantWrite};
      case Moved::What::kFailed:
        return {Io::Status::kFailed};
    }
  }
  const Bytes here = source.here();
  if (here.empty()) return {Io::Status::kNothingHere};
  const Io io = write(here.first(std::min<uint64_t>(here.size(), most)), here.size() < most);
  if (io.status == Io::Status::kDone) source.take(io.bytes);
  return io;
}

Io Transport::send_file(int file, uint64_t offset, uint64_t length, MutableBytes scratch) {
  auto position = static_cast<off_t>(offset);
  if (!session_) {
    const size_t count = std::min<uint64_t>(length, 1U << 30);  // one call moves 2 GiB at most
    const Io moved = from_socket(::sendfile(fd_, file, &position, count), Io::Status::kWantWrite);
    if (moved.status == Io::Status::kDone) return {moved.status, moved.bytes, moved.bytes < count};
    // The end of the file before the end of what was promised: the file was cut behind our back.
    return moved.status == Io::Status::kEnd ? Io{Io::Status::kFailed, 0} : moved;
  }
  const size_t count = std::min<uint64_t>(length, scratch.size());
  const ssize_t got = ::pread(file, scratch.data(), count, position);
  if (got <= 0) return {Io::Status::kFailed, 0};
  size_t sent = 0;
  while (sent < static_cast<size_t>(got)) {  // one record, 16 KiB, a call
    const Io one = write(scratch.subspan(sent, static_cast<size_t>(got) - sent), false);
    if (one.status != Io::Status::kDone) return sent > 0 ? Io{Io::Status::kDone, sent, true} : one;
    sent += one.bytes;
  }
  return {Io::Status::kDone, sent};
}

void Transport::end_writing() {
  if (session_) {
    ERR_clear_error();
    if (SSL_shutdown(session_.get()) < 0) ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace tfhub::server
