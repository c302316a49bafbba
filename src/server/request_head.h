// From the bytes of a request's head to a Request, strict where leniency lets requests be smuggled past a
// proxy (RFC 9112, sections 2.2, 3.2, 5 and 6; RFC 9110, 7.2). Beast's tokenizer does the reading; the rules
// are here.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/request.h"

namespace tfhub::server {

inline constexpr size_t kMaxHead = 16 << 10;

struct Head {
  Request request;  // views into the text given to parse_head
  bool version_1_0 = false;
  bool keep_alive = true;
  bool chunked = false;  // a body whose length only its chunks tell
  bool expects_continue = false;
  uint64_t content_length = 0;
};

struct HeadError {
  unsigned status = 0;  // 0: the head is good
  const char* why = "";
};

// `text` is a whole head, the empty line included. On an error `head` holds what was understood before it.
HeadError parse_head(std::string_view text, Head& head);

// host or host:port, as RFC 3986 spells it, and nothing that could break out of a header or a page.
bool is_valid_host(std::string_view host);

}  // namespace tfhub::server
