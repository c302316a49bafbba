// Text as it comes from strangers' files: valid UTF-8, one kind of line end. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tfhub::documents {

// Everything that is no UTF-8, NUL included, becomes U+FFFD.
std::string valid_utf8(std::string_view text);
void append_utf8(std::string& out, char32_t code);
// At most `at_most` bytes of the text, whole characters.
std::string_view utf8_prefix(std::string_view text, size_t at_most);

// Without a byte order mark, with "\n" as the only line end.
std::string normal_lines(std::string_view text);
// Without any `what`.
std::string without(std::string_view text, std::string_view what);

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace tfhub::documents
