#include "client/origin.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "protocol/handle.h"
#include "protocol/url.h"

namespace tfhub::client {
namespace {

// An archive in a bucket is the object itself: no format is asked for.
std::string bucket_url(std::string_view gs) {
  gs.remove_prefix(std::string_view("gs://").size());
  std::string endpoint = get(settings::kGcsEndpoint);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint + "/" + protocol::percent_encode_path(gs);
}

}  // namespace

Result<std::optional<std::string>> bucket_origin(std::string_view handle) {
  TFHUB_ASSIGN(std::string mirrored, protocol::apply_mirrors(get(settings::kMirrors), handle));
  if (mirrored.starts_with("gs://")) return mirrored;
  return std::nullopt;
}

Result<std::string> origin_url(std::string_view handle, protocol::Format format) {
  TFHUB_ASSIGN(const std::string mirrored, protocol::apply_mirrors(get(settings::kMirrors), handle));
  if (mirrored.starts_with("gs://")) return bucket_url(mirrored);
  if (handle.starts_with("gs://")) return mirrored;
  return protocol::download_url(mirrored, format);
}

Result<bool> offline() {
  return get_bool(settings::kOffline);
}

Error offline_error(std::string_view handle, std::string_view directory) {
  return Error(
      Code::kOffline,
      fmt::format("{} is not in the cache {}, and TFHUB_OFFLINE forbids fetching it; fetch it once with the "
                  "network, or copy a cache that has it",
                  redacted(handle), printable(directory)));
}

}  // namespace tfhub::client
