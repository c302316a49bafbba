// From a request to its answer. Knows no socket: what it needs is in the Request, what it says is in the
// Reply.
#pragma once

#include "server/hub.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

// Whether answer() may take long: for all but what is in memory where the store is a bucket; for the first
// look into a model.
// A search whose answer is not known yet: it goes to Hub::searches.
bool must_search(Hub& hub, const Request& request);
// In place of the answer to one, when too many wait.
void answer_too_many_searches(const Request& request, Reply& reply);
bool may_block(Hub& hub, const Request& request);

// Thread-safe.
void answer(Hub& hub, const Request& request, Reply& reply);

}  // namespace tfhub::server
