#include "documents/formula.h"

#include <cmark-gfm.h>

#include <algorithm>
#include <cstring>

#include "documents/arena.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr size_t kLongestFormula = 4000;

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}

// The character `distance` behind the place that the parser is at; 0: the text has ended.
char peek(cmark_inline_parser* parser, int distance) {
  const int here = cmark_inline_parser_get_offset(parser);
  cmark_inline_parser_set_offset(parser, here + distance);
  const auto c = static_cast<char>(cmark_inline_parser_peek_char(parser));
  cmark_inline_parser_set_offset(parser, here);
  return c;
}

// <code class="formula">…</code>. In the arena's memory: whoever asks it may never come back, so there must
// be no std::string here.
cmark_node* formula_node(const char* text, size_t size) {
  constexpr std::string_view kOpen = "<code class=\"formula\">", kClose = "</code>";
  cmark_mem* memory = Arena::memory();
  auto* html = static_cast<char*>(memory->calloc(kOpen.size() + size * 5 + kClose.size() + 1, 1));
  char* end = html;
  const auto put = [&](std::string_view piece) {
    std::memcpy(end, piece.data(), piece.size());
    end += piece.size();
  };
  put(kOpen);
  for (size_t i = 0; i < size; ++i) {
    const char c = text[i];
    put(c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string_view(text + i, 1));
  }
  put(kClose);
  cmark_node* node = cmark_node_new_with_mem(CMARK_NODE_HTML_INLINE, memory);
  cmark_node_set_literal(node, html);
  memory->free(html);
  return node;
}

// Called at each dollar sign outside code. Looks no further than the next one, so that the time is linear.
cmark_node* match(cmark_syntax_extension*, cmark_parser*, cmark_node*, unsigned char character,
                  cmark_inline_parser* parser) {
  if (character != '$') return nullptr;
  const int start = cmark_inline_parser_get_offset(parser);
  if (start > 0) {
    const char before = peek(parser, -1);
    if (is_word(before) || before == '$' || before == '\\') return nullptr;
  }
  const int marks = peek(parser, 1) == '$' ? 2 : 1;
  char text[kLongestFormula];  // NOLINT: no destructor may stand here
  size_t size = 0;
  cmark_inline_parser_set_offset(parser, start + marks);
  for (char c; (c = static_cast<char>(cmark_inline_parser_peek_char(parser))) != '\0' && c != '$';) {
    const bool pair = c == '\\';
    for (int taken = 0; taken < (pair ? 2 : 1); ++taken) {
      const auto each = static_cast<char>(cmark_inline_parser_peek_char(parser));
      if (each == '\0') break;
      if (size == kLongestFormula) {
        cmark_inline_parser_set_offset(parser, start);
        return nullptr;
      }
      text[size++] = each == '\n' ? ' ' : each;
      cmark_inline_parser_advance_offset(parser);
    }
  }
  const int end = cmark_inline_parser_get_offset(parser);
  cmark_inline_parser_set_offset(parser, start);
  const int distance = end - start;
  const bool closed = peek(parser, distance) == '$' && (marks == 1 || peek(parser, distance + 1) == '$');
  const char after = closed ? peek(parser, distance + marks) : '\0';
  const std::string_view formula(text, size);
  const bool display = marks == 2 && formula.find_first_not_of(' ') != std::string_view::npos;
  if (!closed || !(display || (marks == 1 && is_formula(formula, after)))) return nullptr;
  cmark_inline_parser_set_offset(parser, end + marks);
  return formula_node(text, size);
}

}  // namespace

bool is_formula(std::string_view text, char after) {
  if (text.empty() || is_space(text.front()) || is_space(text.back()) || text.front() == '`') return false;
  if (is_word(after) || after == '$') return false;
  if (std::string_view("({[").find(text.back()) != std::string_view::npos) return false;
  // "$(pwd)" and "${HOME}" of shells; "$100" alone is a price, whatever follows.
  if (text.front() == '(' && text.back() != ')') return false;
  if (text.front() == '{' && text.find('}') == std::string_view::npos) return false;
  if (text.find_first_of("\\^_=<>|") != std::string_view::npos) return true;
  if (text.front() == '[' && text.back() == ']') return true;  // an interval
  if (text.find_first_of("+-*/()!'{,") != std::string_view::npos)
    return text.find(' ') == std::string_view::npos || text.find_first_of("+*/(") != std::string_view::npos;
  return text.size() <= 2 && is_letter(text.front());  // "$x$", "$Wx$"
}

cmark_syntax_extension* formula_extension() {
  static cmark_syntax_extension* made = [] {
    cmark_syntax_extension* extension = cmark_syntax_extension_new("formula");
    cmark_mem* memory = cmark_get_default_mem_allocator();
    cmark_syntax_extension_set_match_inline_func(extension, match);
    void* dollar = reinterpret_cast<void*>('$');  // NOLINT: cmark's lists of characters are lists of void*
    cmark_syntax_extension_set_special_inline_chars(extension, cmark_llist_append(memory, nullptr, dollar));
    return extension;
  }();
  return made;
}

}  // namespace tfhub::documents
