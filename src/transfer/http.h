// HTTP(S) as a client: GET that resumes, HEAD, redirects, retries, proxies, TLS. What the bytes mean is not
// known here. libcurl does the wire; it is opened when the first request starts, so that a cache hit never
// pays for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "base/digest.h"

namespace tfhub::transfer {

struct HttpOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{60'000};  // no byte for so long counts as cut
  // Bytes a second, as an average over so much time of waiting: a host that sends a byte now and then holds
  // nobody for ever. 0: any speed will do.
  uint64_t min_speed = 1 << 10;
  std::chrono::milliseconds speed_window{60'000};
  std::chrono::milliseconds total_timeout{0};  // of the whole call, retries included; 0: none
  int retries = 4;  // with jitter, doubling from 250 ms, Retry-After respected (up to 60 s)
  bool verify_certificate = true;
  std::string ca_bundle;  // a PEM file, or a directory of c_rehash; empty: TFHUB_CA_BUNDLE, CURL_CA_BUNDLE,
                          // …, the system's
  bool follow_redirects = true;  // 301, 302, 303, 307, 308 to http(s), at most 10
  std::vector<std::pair<std::string, std::string>> headers;

  // Timeouts, retries, certificate settings from the environment. Proxies are never an option: every request
  // goes by http_proxy, https_proxy, all_proxy and no_proxy, in lower or upper case, as Python reads them.
  static Result<HttpOptions> from_settings();
};

struct ResponseHead {
  int status = 0;
  std::string url;                                           // after redirects
  std::vector<std::pair<std::string, std::string>> headers;  // of the last response; names lower case
  // The first header of that name, or empty.
  std::string_view header(std::string_view lower_case_name) const;
  std::optional<uint64_t> content_length() const;
};

// The first bytes of a file, which an earlier GET of the same URL brought and the caller kept.
struct HeldPart {
  std::string validator;  // Download::validator() of that GET
  std::string address;    // Download::address() of it
  uint64_t size = 0;
  uint64_t total = 0;                 // of the whole file
  std::unique_ptr<ByteSource> bytes;  // those, front to back
};

// A GET under way. read() gives the body's bytes in order; a cut connection is taken up again by Range and
// If-Range where the server named a strong validator (the bytes continue, checked by Content-Range, or an
// error: never a splice of two files). At the end the length is right and the digest is what the host named
// (Repr-Digest, Digest of RFC 9530; x-goog-hash), or read() fails with kCorrupt.
class Download : public ByteSource {
 public:
  virtual const ResponseHead& head() const = 0;
  // A failed read() that a fresh GET of the whole may cure (cut without a validator, or changed meanwhile).
  virtual bool worth_restarting() const = 0;
  // How many of the bytes, from the first on, are those of the HeldPart. 0: it is of no use any more.
  virtual uint64_t held() const = 0;
  // What a later GET needs to continue this one: for If-Range (empty: it cannot be continued), and a digest
  // of the address that the redirects led to, without the query.
  virtual const std::string& validator() const = 0;
  virtual std::string address() const = 0;
};

// The answer's head has arrived and is 2xx; anything else, after retries, is an error that names URL
// (redacted), status and what the server said: 404/410 kNotFound, 401/403/407 kNotAllowed, the rest kNetwork.
// problem+json bodies are quoted by their detail.
// `held`: only what is missing is asked for, if the host has the same file still. read() gives all the same.
Result<std::unique_ptr<Download>> get(const std::string& url, const HttpOptions& options,
                                      std::optional<HeldPart> held = {});

struct SmallResponse {
  ResponseHead head;
  std::string body;
};
// One small exchange ("GET" or "HEAD"): any status is a result (after retries of 429, 5xx and cuts); a body
// over `limit` bytes is an error.
Result<SmallResponse> fetch(const std::string& method, const std::string& url, const HttpOptions& options,
                            size_t limit = 1 << 20);

// The error for a response that is not what was wanted, as get() makes it.
Error status_error(const SmallResponse& response, const std::string& url);

}  // namespace tfhub::transfer
