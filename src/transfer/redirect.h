// Following redirects: one request to its final answer, hop by hop.
#pragma once

#include <string>
#include <string_view>

#include "transfer/exchange.h"

namespace tfhub::transfer {

// Starts `request` and follows 301, 302, 303, 307 and 308 with a Location, where `follow` says so: to http
// and https alone, at most ten times, never in a circle. Headers that carry credentials (Authorization,
// Cookie, …) go to the origin they were given for and to no other. The final answer's head is in `exchange`.
Tried<void> start_following(Exchange& exchange, const Request& request, bool follow);

// The absolute URL that `reference` (a Location header) means at `base` (RFC 3986, 5.2); empty: none.
std::string resolve_reference(const CurlLibrary& curl, const std::string& base, const std::string& reference);

// Whether both have the same scheme, host and port (RFC 6454).
bool same_origin(const CurlLibrary& curl, const std::string& a, const std::string& b);

}  // namespace tfhub::transfer
