#include "client/bucket_path.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "client/origin.h"
#include "protocol/url.h"
#include "transfer/http.h"

namespace tfhub::client {
namespace {

constexpr size_t kLongestLocation = 4096;

// The same check as tensorflow_hub's, which takes the body as it is; and what no path holds is no path: it
// would break the one line on stdout that scripts read.
bool is_location(const std::string& body) {
  return protocol::is_bucket_url(body) && body.size() <= kLongestLocation &&
         printable(body, body.size()) == body;
}

}  // namespace

Result<std::string> bucket_path(const std::string& handle) {
  TFHUB_ASSIGN(const bool is_offline, offline());
  if (is_offline)
    return fail(Code::kOffline,
                "{} cannot be read in place: only its host knows where it is, and TFHUB_OFFLINE forbids "
                "asking; unset "
                "it, or use load format COMPRESSED with a cache that has the model",
                redacted(handle));
  TFHUB_ASSIGN(const std::string url, origin_url(handle, protocol::Format::kUncompressed));
  TFHUB_ASSIGN(auto http, transfer::HttpOptions::from_settings());
  http.follow_redirects = false;
  TFHUB_ASSIGN(transfer::SmallResponse response, transfer::fetch("GET", url, http));

  const int status = response.head.status;
  if (status == 303) {
    if (is_location(response.body)) return std::move(response.body);
    return fail(
        Code::kNetwork,
        "{} answered 303, but its body is '{}' instead of a gs:// or s3:// path; use load format COMPRESSED",
        redacted(url), printable(response.body, 80));
  }
  if (status / 100 == 2)
    return fail(
        Code::kNetwork,
        "{} answered {} where a 303 that names a gs:// path was expected: this host does not serve models "
        "uncompressed; use load format COMPRESSED",
        redacted(url), status);
  if (status / 100 == 3)
    return fail(
        Code::kNetwork,
        "{} redirects ({}, to '{}') where a 303 that names a gs:// path was expected; use load format "
        "COMPRESSED, or give the handle of the host it points to",
        redacted(url), status, printable(response.head.header("location")));
  return fail(transfer::status_error(response, url));
}

}  // namespace tfhub::client
