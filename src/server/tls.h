// The server's certificate and its TLS settings (OpenSSL): TLS 1.2 and newer.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <mutex>
#include <string>

#include "tfhub/result.h"

namespace tfhub::server {

struct TlsDeleter {
  void operator()(SSL_CTX* context) const;
  void operator()(SSL* session) const;
};
using TlsSession = std::unique_ptr<SSL, TlsDeleter>;

class TlsContext {
 public:
  // PEM files; the certificate file may hold its chain. kUsage says what is wrong with which.
  static Result<std::unique_ptr<TlsContext>> load(const std::string& certificate, const std::string& key);
  // A server's session on a socket; null when memory is short.
  TlsSession session(int fd);

 private:
  explicit TlsContext(std::unique_ptr<SSL_CTX, TlsDeleter> context) : context_(std::move(context)) {}
  std::unique_ptr<SSL_CTX, TlsDeleter> context_;
};

// The certificate of the moment: sessions begin with the newest, those that run go on with theirs. From any
// thread.
class TlsHolder {
 public:
  explicit TlsHolder(std::unique_ptr<TlsContext> first) : current_(std::move(first)) {}
  std::shared_ptr<TlsContext> get() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void replace(std::shared_ptr<TlsContext> next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<TlsContext> current_;
};

}  // namespace tfhub::server
