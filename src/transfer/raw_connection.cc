#include "transfer/raw_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "transfer/connection_options.h"
#include "transfer/proxy.h"
#include "transfer/sigpipe.h"

namespace tfhub::transfer {
namespace {

// False: it is not ready by then.
bool poll_until(int socket, short events, Clock::time_point until) {
  for (;;) {
    const auto now = Clock::now();
    const auto left = until > now ? std::chrono::ceil<std::chrono::milliseconds>(until - now).count() : 0;
    pollfd one{socket, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // an error is told by what is done next
    if (ready == 0 && left == 0) return false;
  }
}

}  // namespace

Result<std::unique_ptr<RawConnection>> RawConnection::open(const std::string& url,
                                                           const HttpOptions& options) {
  TFHUB_ASSIGN(const CurlLibrary* curl, curl_library());
  EasyHandle easy(curl->easy_init(), {curl});
  if (!easy) return fail(Code::kUnexpected, "libcurl gives no handle; there is not enough memory");
  const auto set = [&](CURLoption option, auto value) { curl->easy_setopt(easy.get(), option, value); };
  const std::string proxy = proxy_for(url);
  std::array<char, CURL_ERROR_SIZE> error_text{};
  set_connection_options(*curl, easy.get(), url, proxy, options, options.connect_timeout, error_text.data());
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  set(CURLOPT_HTTPPROXYTUNNEL, 1L);  // what we send is not written for a proxy

  const SigpipeGuard guard;
  const CURLcode code = curl->easy_perform(easy.get());
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (code == CURLE_OK) curl->easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket);
  if (socket == CURL_SOCKET_BAD) {
    return fail(curl_failure(report_of(*curl, easy.get(), code, error_text.data(), url, proxy)).error(1));
  }
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  const bool plain = lower_ascii(url.substr(0, 5)) == "http:" && !proxy.starts_with("https:");
  return std::unique_ptr<RawConnection>(new RawConnection(*curl, std::move(easy), socket, plain));
}

Result<void> RawConnection::send(Bytes bytes, Clock::time_point until) {
  const SigpipeGuard guard;
  while (!bytes.empty()) {
    size_t sent = 0;
    const CURLcode code = curl_.easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
    bytes = bytes.subspan(sent);
    if (code == CURLE_OK || (code == CURLE_AGAIN && poll_until(socket_, POLLOUT, until))) continue;
    return fail(Code::kNetwork, "a request could not be sent: {}", curl_.easy_strerror(code));
  }
  return {};
}

RawConnection::Received RawConnection::receive(MutableBytes buffer) {
  using What = Received::What;
  if (plain_) {  // libcurl would do the same, in many small steps
    ssize_t got = 0;
    do got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return {errno == EAGAIN ? What::kNothingYet : What::kFailed};
    return {got > 0 ? What::kBytes : What::kEnd, static_cast<size_t>(got)};
  }
  const SigpipeGuard guard;  // TLS may have to answer something
  size_t got = 0;
  const CURLcode code = curl_.easy_recv(easy_.get(), buffer.data(), buffer.size(), &got);
  if (code == CURLE_AGAIN) return {What::kNothingYet};
  if (code != CURLE_OK) return {What::kFailed};
  return {got > 0 ? What::kBytes : What::kEnd, got};
}

void RawConnection::wake_for(size_t bytes) {
  if (!plain_ || bytes == wakes_for_) return;
  const int lowest = static_cast<int>(bytes);
  if (::setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &lowest, sizeof lowest) == 0) wakes_for_ = bytes;
}

bool RawConnection::wait(Clock::time_point until) const {
  return poll_until(socket_, POLLIN, until);
}

}  // namespace tfhub::transfer
