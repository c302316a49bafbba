// From a request to its answer. Knows no socket: what it needs is in the Request, what it says is in the
// Reply.
#pragma once

#include "server/hub.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

// May call the store: where that is a bucket, on a thread that may block. Thread-safe.
void answer(Hub& hub, const Request& request, Reply& reply);

}  // namespace tfhub::server
