// What every kind of request shares.
#pragma once

#include <string>

#include "transfer/exchange.h"

namespace tfhub::transfer {

// kUsage when it is not http(s).
Result<void> check_url(const std::string& url);

// The body of the answer under way, at most limit + 1 bytes of it.
Tried<std::string> read_body(Exchange& exchange, size_t limit);

// The failure that the answer under way to a request for `url` is, its status not being a wanted one. Ends
// the exchange.
Failure read_status_failure(Exchange& exchange, const std::string& url);

}  // namespace tfhub::transfer
