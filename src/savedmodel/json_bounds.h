// JSON from anybody: how much a parser would build of it, before it does. Three bytes of text can become
// eighty of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tfhub::savedmodel {

struct JsonBounds {
  size_t depth = 0;   // the most brackets and braces that are open at once
  size_t values = 0;  // at most so many: one more than there are commas and brackets
};

// What stands in strings does not count. Any text has bounds; whether it is JSON is the parser's matter.
inline JsonBounds json_bounds(std::string_view text) {
  JsonBounds bounds{0, 1};
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == ',') {
      ++bounds.values;
    } else if (c == '[' || c == '{') {
      ++bounds.values;
      bounds.depth = std::max(bounds.depth, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return bounds;
}

}  // namespace tfhub::savedmodel
