#include "documents/utf8.h"

#include <algorithm>

#include "base/utf8.h"

namespace tfhub::documents {
namespace {
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = text.front() == '\0' ? 0 : first_utf8_character(text).length;
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

void append_utf8(std::string& out, char32_t code) {
  if (code == 0 || !tfhub::append_utf8(out, code)) out += kReplacement;
}

std::string_view utf8_prefix(std::string_view text, size_t at_most) {
  if (text.size() <= at_most) return text;
  while (at_most > 0 && (static_cast<unsigned char>(text[at_most]) & 0xc0) == 0x80) --at_most;
  return text.substr(0, at_most);
}

std::string normal_lines(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

std::string without(std::string_view text, std::string_view what) {
  std::string out;
  out.reserve(text.size());
  for (size_t found; (found = text.find(what)) != std::string_view::npos;) {
    out += text.substr(0, found);
    text.remove_prefix(found + what.size());
  }
  out += text;
  return out;
}

}  // namespace tfhub::documents
