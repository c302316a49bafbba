// For search engines: /robots.txt and /sitemap.xml (sitemaps.org).
#pragma once

#include "server/hub.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

void answer_robots(const Hub& hub, const Request& request, Reply& reply);
// Every page of a model, collection and publisher; beyond 50,000 (the format's limit) an index of parts,
// ?part=1 and so on.
void answer_sitemap(const Hub& hub, const Request& request, Reply& reply);

}  // namespace tfhub::server
