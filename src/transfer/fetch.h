// What a small exchange and a download share.
#pragma once

#include <string>

#include "transfer/exchange.h"

namespace tfhub::transfer {

// kUsage when it is not http(s).
Result<void> check_url(const std::string& url);

// The body of the answer under way, at most limit + 1 bytes of it.
Tried<std::string> read_body(Exchange& exchange, size_t limit);

}  // namespace tfhub::transfer
