// A handle with a format in its query: archives, single files, the 303 (protocol.md section 2).
#pragma once

#include "catalog/catalog.h"
#include "protocol/format.h"
#include "server/hub.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

void answer_download(Hub& hub, const Request& request, const catalog::Found& found,
                     const protocol::FormatRequest& wanted, Reply& reply);

// "tf-hub-format=compressed, tf-hub-format=file": what a model of this kind can be asked for here.
std::string formats_in_words(const Hub& hub, protocol::Kind kind);
// The formats of a kind that this hub serves.
std::vector<protocol::Format> formats_served(const Hub& hub, protocol::Kind kind);

}  // namespace tfhub::server
