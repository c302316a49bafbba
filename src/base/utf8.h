// UTF-8, character by character (RFC 3629). Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tfhub {

struct Utf8Character {
  char32_t code = 0;
  size_t length = 0;  // bytes; 0: the text does not begin with a character
};

// The character that `text` begins with. Overlong forms, surrogates and what is beyond U+10FFFF are none.
Utf8Character first_utf8_character(std::string_view text);
// false: there is no such character (a surrogate, a number too large), and nothing is appended.
bool append_utf8(std::string& out, char32_t code);

}  // namespace tfhub
