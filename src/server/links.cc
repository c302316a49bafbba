#include "server/links.h"

#include <fmt/format.h>

#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::server {

std::string base_url(const Hub& hub, const Request& request) {
  if (hub.options.public_url.empty())
    return fmt::format("{}://{}", request.scheme, request.host.empty() ? "localhost" : request.host);
  return std::string(without_trailing_slashes(hub.options.public_url));
}

std::string path_of(const protocol::VersionedName& id, std::string_view file) {
  std::string path = "/" + id.text();
  if (!file.empty()) path.append("/").append(protocol::percent_encode_path(file));
  return path;
}

}  // namespace tfhub::server
