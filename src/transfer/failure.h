// One try that failed: what to tell a person, and whether another try may help.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "tfhub/result.h"

namespace tfhub::transfer {

struct Failure {
  enum class Retry {
    kNever,
    kFew,  // twice at most: most likely a misspelt name
    kYes
  };

  Code code = Code::kNetwork;
  std::string cause{};    // "the server at 127.0.0.1:8080 refused the connection"
  std::string way_out{};  // "is it running?"
  std::string detail{};   // libcurl's own words or "HTTP status 404": the end of the error's chain
  Retry retry = Retry::kNever;
  std::optional<std::chrono::seconds> retry_after{};  // as the server asked

  // The one sentence, after so many tries.
  Error error(int tries) const;
};

template <typename T>
using Tried = tl::expected<T, Failure>;

// What libcurl says of a transfer that failed.
struct CurlReport {
  CURLcode code = CURLE_OK;
  std::string_view text{};  // its error buffer
  std::string url{};
  std::string proxy{};    // empty: none on the way
  long proxy_status = 0;  // the proxy's answer to CONNECT; 0: none
  long os_errno = 0;      // of the connect that failed
};
Failure curl_failure(const CurlReport& report);

// "127.0.0.1:8080": the host and port of a URL as written, without credentials, safe to print.
std::string server_of(std::string_view url);

}  // namespace tfhub::transfer
