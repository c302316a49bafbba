// Which proxy a URL goes through, by the environment: the same answer as Python's urllib gives
// tensorflow_hub. libcurl reads the environment too, but not HTTP_PROXY, and would not tell us which proxy to
// name in an error.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::transfer {

// <scheme>_proxy, then all_proxy, lower case before upper case; empty: none. HTTP_PROXY is not believed in a
// CGI program (REQUEST_METHOD is set), where a client's "Proxy:" header would have set it (httpoxy,
// CVE-2016-1000110).
std::string proxy_for(std::string_view url);

// Whether `host` (without port) is on a no_proxy list: names match themselves and what lies below them,
// addresses themselves and their networks (10.0.0.0/8), "*" everything.
bool bypasses_proxy(std::string_view host, std::string_view port, std::string_view no_proxy);

}  // namespace tfhub::transfer
