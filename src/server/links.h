// How this hub's URLs are written: paths, and the base that comes before them.
#pragma once

#include <string>
#include <string_view>

#include "protocol/name.h"
#include "server/hub.h"
#include "server/request.h"

namespace tfhub::server {

// "https://hub.example.com": --public-url, else what the client called us. X-Forwarded-* is anybody's word,
// and is not read.
std::string base_url(const Hub& hub, const Request& request);
// "/acme/mobilenet/1", and a file of it.
std::string path_of(const protocol::VersionedName& id, std::string_view file = {});

}  // namespace tfhub::server
