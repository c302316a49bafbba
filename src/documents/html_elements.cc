#include "documents/html_elements.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tfhub::documents {
namespace {

using Nesting = HtmlElement::Nesting;

constexpr std::array<HtmlElement, 39> kElements = {{
    {"h1", Nesting::kBlock},       {"h2", Nesting::kBlock},        {"h3", Nesting::kBlock},
    {"h4", Nesting::kBlock},       {"h5", Nesting::kBlock},        {"h6", Nesting::kBlock},
    {"p", Nesting::kBlock},        {"ul", Nesting::kBlock},        {"ol", Nesting::kBlock},
    {"li", Nesting::kBlock},       {"pre", Nesting::kBlock},       {"blockquote", Nesting::kBlock},
    {"details", Nesting::kBlock},  {"summary", Nesting::kBlock},   {"div", Nesting::kBlock},
    {"dl", Nesting::kBlock},       {"dt", Nesting::kBlock},        {"dd", Nesting::kBlock},
    {"table", Nesting::kBlock},    {"thead", Nesting::kTablePart}, {"tbody", Nesting::kTablePart},
    {"tr", Nesting::kTablePart},   {"th", Nesting::kTablePart},    {"td", Nesting::kTablePart},
    {"a", Nesting::kInline},       {"code", Nesting::kInline},     {"em", Nesting::kInline},
    {"strong", Nesting::kInline},  {"del", Nesting::kInline},      {"sub", Nesting::kInline},
    {"sup", Nesting::kInline},     {"span", Nesting::kInline},     {"b", Nesting::kInline},
    {"i", Nesting::kInline},       {"u", Nesting::kInline},        {"kbd", Nesting::kInline},
    {"img", Nesting::kVoidInline}, {"br", Nesting::kVoidInline},   {"hr", Nesting::kVoidBlock},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kWrittenAs = {
    {{"center", "div"}, {"strike", "del"}, {"s", "del"}, {"tt", "code"}}};

// <object>, <svg> and the like hold elements; the rest hold what a browser takes for text.
constexpr std::array<std::string_view, 5> kNested = {"object", "template", "svg", "math", "applet"};
constexpr std::array<std::string_view, 6> kRaw = {"script",   "style",   "iframe",
                                                  "noscript", "noembed", "noframes"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool HtmlElement::is_heading() const {
  return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6';
}

const HtmlElement* find_element(std::string_view name) {
  for (const auto& [from, to] : kWrittenAs)
    if (name == from) name = to;
  const auto* found = std::find_if(kElements.begin(), kElements.end(),
                                   [&](const HtmlElement& each) { return each.name == name; });
  return found == kElements.end() || name.empty() ? nullptr : found;
}

Foreign foreign(std::string_view name) {
  if (contains(kNested, name)) return Foreign::kNested;
  return contains(kRaw, name) ? Foreign::kRaw : Foreign::kNo;
}

}  // namespace tfhub::documents
