// Texts made smaller for the wire.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::server {

// The text as one gzip member; empty when it could not be made.
std::string gzip(std::string_view text);

}  // namespace tfhub::server
