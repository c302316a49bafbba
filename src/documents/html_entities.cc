#include "documents/html_entities.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr size_t kLongestName = 32;  // HTML's longest has 31 letters

struct Named {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Named, 27> kNamed = {{
    {"amp", "&"},        {"lt", "<"},
    {"gt", ">"},         {"quot", "\""},
    {"apos", "'"},       {"AMP", "&"},
    {"LT", "<"},         {"GT", ">"},
    {"QUOT", "\""},      {"nbsp", "\xC2\xA0"},
    {"Tab", "\t"},       {"NewLine", "\n"},
    {"colon", ":"},      {"sol", "/"},
    {"bsol", "\\"},      {"period", "."},
    {"comma", ","},      {"num", "#"},
    {"quest", "?"},      {"equals", "="},
    {"percnt", "%"},     {"lpar", "("},
    {"rpar", ")"},       {"semi", ";"},
    {"lowbar", "_"},     {"ZeroWidthSpace", "\xE2\x80\x8B"},
    {"shy", "\xC2\xAD"},
}};

// How long the reference is that `text` begins with; 0: none. With its semicolon, or numeric without.
size_t reference_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '&') return 0;
  size_t i = 1;
  if (text[1] == '#') {
    const bool hex = text[2] == 'x' || text[2] == 'X';
    i = hex ? 3 : 2;
    const size_t first = i;
    while (i < text.size() && (hex ? hex_digit(text[i]) >= 0 : is_digit(text[i]))) ++i;
    if (i == first) return 0;
    return i < text.size() && text[i] == ';' ? i + 1 : i;
  }
  while (i < text.size() && i <= kLongestName && (is_letter(text[i]) || is_digit(text[i]))) ++i;
  return i > 1 && i < text.size() && text[i] == ';' ? i + 1 : 0;
}

char32_t numeric(std::string_view reference) {
  const bool hex = reference[2] == 'x' || reference[2] == 'X';
  char32_t code = 0;
  for (const char c : reference.substr(hex ? 3 : 2)) {
    if (c == ';') break;
    code = std::min<char32_t>(code * (hex ? 16 : 10) + static_cast<char32_t>(hex_digit(c)), 0x110000);
  }
  return code;
}

}  // namespace

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = reference_length(text);
    if (length == 0) {
      const size_t next = std::min(text.find('&', 1), text.size());
      out += text.substr(0, next);
      text.remove_prefix(next);
      continue;
    }
    const std::string_view reference = text.substr(0, length);
    if (reference[1] == '#') {
      append_utf8(out, numeric(reference));
    } else {
      const std::string_view name = reference.substr(1, length - 2);
      const auto* found =
          std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& each) { return each.name == name; });
      out += found == kNamed.end() ? reference : found->text;
    }
    text.remove_prefix(length);
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

void append_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find_first_of("&<>\""), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const size_t length = std::max<size_t>(reference_length(text), 1);
    if (length > 1) {
      out += text.substr(0, length);
    } else {
      append_escaped(out, text.substr(0, 1));
    }
    text.remove_prefix(length);
  }
}

}  // namespace tfhub::documents
