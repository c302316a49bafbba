// Classes of ASCII characters, whatever the locale says.
#pragma once

namespace tfhub::protocol {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

}  // namespace tfhub::protocol
