// When the rest of a cut download may follow what is here already: pure rules of RFC 9110 (13.1.5
// If-Range, 14.4 Content-Range), made so that bytes of two files never become one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transfer/http.h"

namespace tfhub::transfer {

// The answer that a download began with: what every later answer must agree with.
struct Representation {
  ResponseHead head;
  std::optional<uint64_t> size;  // learnt from a later Content-Range, if not known at once
  std::string validator;         // for If-Range: a strong ETag, or a Last-Modified that is one; empty: none

  static Representation of(const ResponseHead& head);
};

// The address of an answer as far as it names a file: without the query, where signatures live that expire.
std::string_view without_query(std::string_view url);

struct Continuation {
  enum class Kind {
    kPart,      // its body continues at our position and ends before `end`
    kWhole,     // the same again from its first byte (only where we have none)
    kComplete,  // there is nothing after our position
    kChanged,   // the host has another file now, or cannot send parts: only a fresh download helps
  } kind = Kind::kChanged;
  std::string why{};  // of kChanged: "the host sends it anew from the start"
  uint64_t end = 0;   // of kPart
  uint64_t size = 0;  // of kPart and kComplete
};

// Judges an answer of status 200, 206 or 416 to "Range: bytes=<position>-" with If-Range (no Range at
// position 0).
Continuation judge(const Representation& first, uint64_t position, const ResponseHead& answer);

}  // namespace tfhub::transfer
