// The head of an HTTP/1.1 answer, line by line (RFC 9112).
#pragma once

#include <string_view>

#include "transfer/http.h"

namespace tfhub::transfer {

// Adds one line, with or without its end, to `head`. True: it was the last of the head that counts (those of
// 1xx answers before it do not).
bool add_head_line(std::string_view line, ResponseHead& head);

}  // namespace tfhub::transfer
