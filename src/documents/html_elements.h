// The elements that a document may have: the allow-list, and how browsers nest each.
#pragma once

#include <string_view>

namespace tfhub::documents {

struct HtmlElement {
  enum class Nesting { kInline, kBlock, kTablePart, kVoidInline, kVoidBlock };
  std::string_view name;
  Nesting nesting;

  bool is_void() const { return nesting == Nesting::kVoidInline || nesting == Nesting::kVoidBlock; }
  bool is_inline() const { return nesting == Nesting::kInline || nesting == Nesting::kVoidInline; }
  bool is_heading() const;
};

// What an element of this name (lower case) is written as: <center> as div, <strike> as del. Null: its tags
// are dropped, its text stays.
const HtmlElement* find_element(std::string_view name);

// Elements that are dropped with all they hold. Raw: it holds text, no tags (html_tokenizer.h).
enum class Foreign { kNo, kRaw, kNested };
Foreign foreign(std::string_view name);

}  // namespace tfhub::documents
