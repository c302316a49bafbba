#include "documents/html_tokenizer.h"

#include <algorithm>

#include "base/text.h"
#include "documents/html_entities.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

// More on one tag mean nothing; looking each up among the others would take quadratic time.
constexpr size_t kMaxAttributes = 32;

bool begins_markup(std::string_view text) {
  return text.size() >= 2 && text[0] == '<' &&
         (is_letter(text[1]) || text[1] == '/' || text[1] == '!' || text[1] == '?');
}

}  // namespace

std::string_view HtmlToken::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes)
    if (key == wanted) return value;
  return {};
}

bool HtmlTokenizer::next(HtmlToken& token) {
  while (!rest_.empty()) {
    if (begins_markup(rest_)) {
      if (take_markup(token)) return true;
      continue;
    }
    size_t end = 1;
    while ((end = rest_.find('<', end)) != std::string_view::npos && !begins_markup(rest_.substr(end))) ++end;
    end = std::min(end, rest_.size());
    token = HtmlToken();
    token.text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return true;
  }
  return false;
}

// false: it was something that is passed over.
bool HtmlTokenizer::take_markup(HtmlToken& token) {
  if (rest_.starts_with("<!--")) {
    skip_comment();
    return false;
  }
  const bool end_tag = rest_[1] == '/';
  const size_t name = end_tag ? 2 : 1;
  if (name >= rest_.size() && end_tag) {  // "</" at the very end
    rest_ = {};
    return false;
  }
  if (!is_letter(rest_[name])) {  // "<!x", "<?x", "</>": a bogus comment
    skip_past(">");
    return false;
  }
  rest_.remove_prefix(name);
  token = HtmlToken();
  token.type = end_tag ? HtmlToken::Type::kEnd : HtmlToken::Type::kStart;
  take_tag(token);
  return true;
}

void HtmlTokenizer::skip_comment() {
  rest_.remove_prefix(4);
  for (const std::string_view at_once : {">", "->"}) {
    if (!rest_.starts_with(at_once)) continue;
    rest_.remove_prefix(at_once.size());
    return;
  }
  for (size_t i = 0; (i = rest_.find("--", i)) != std::string_view::npos; ++i) {
    std::string_view after = rest_.substr(i + 2);
    if (after.starts_with('!')) after.remove_prefix(1);
    if (!after.starts_with('>')) continue;
    rest_ = after.substr(1);
    return;
  }
  rest_ = {};
}

void HtmlTokenizer::skip_past(std::string_view end) {
  const size_t found = rest_.find(end);
  rest_.remove_prefix(found == std::string_view::npos ? rest_.size() : found + end.size());
}

void HtmlTokenizer::take_tag(HtmlToken& token) {
  size_t end = 0;
  while (end < rest_.size() && !is_space(rest_[end]) && rest_[end] != '/' && rest_[end] != '>') ++end;
  token.name = lower_ascii(rest_.substr(0, end));
  rest_.remove_prefix(end);
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '>') {
      rest_.remove_prefix(1);
      return;
    }
    if (is_space(c) || c == '/') {
      token.self_closing = c == '/' && rest_.size() > 1 && rest_[1] == '>';
      rest_.remove_prefix(1);
      continue;
    }
    take_attribute(token);
  }
  // The text ended inside the tag: browsers drop it.
  token.name.clear();
  token.attributes.clear();
}

void HtmlTokenizer::take_attribute(HtmlToken& token) {
  size_t end = rest_.front() == '=' ? 1 : 0;
  while (end < rest_.size() && !is_space(rest_[end]) && rest_[end] != '/' && rest_[end] != '>' &&
         rest_[end] != '=')
    ++end;
  std::string name = lower_ascii(rest_.substr(0, end));
  rest_.remove_prefix(end);
  size_t i = 0;
  while (i < rest_.size() && is_space(rest_[i])) ++i;
  std::string_view value;
  if (i < rest_.size() && rest_[i] == '=') {
    ++i;
    while (i < rest_.size() && is_space(rest_[i])) ++i;
    rest_.remove_prefix(i);
    if (!rest_.empty() && (rest_[0] == '"' || rest_[0] == '\'')) {
      const size_t close = rest_.find(rest_[0], 1);
      value = rest_.substr(1, close == std::string_view::npos ? close : close - 1);
      rest_.remove_prefix(close == std::string_view::npos ? rest_.size() : close + 1);
    } else {
      end = 0;
      while (end < rest_.size() && !is_space(rest_[end]) && rest_[end] != '>') ++end;
      value = rest_.substr(0, end);
      rest_.remove_prefix(end);
    }
  }
  const bool known = std::any_of(token.attributes.begin(), token.attributes.end(),
                                 [&](const auto& each) { return each.first == name; });
  if (known || token.attributes.size() >= kMaxAttributes) return;
  token.attributes.emplace_back(std::move(name), decode_entities(value));
}

void HtmlTokenizer::skip_raw(std::string_view name) {
  while (!rest_.empty()) {
    skip_past("</");
    if (rest_.size() <= name.size() || lower_ascii(rest_.substr(0, name.size())) != name) continue;
    const char after = rest_[name.size()];
    if (!is_space(after) && after != '/' && after != '>') continue;
    HtmlToken ignored;
    take_tag(ignored);
    return;
  }
}

void HtmlTokenizer::skip_nested(std::string_view name) {
  HtmlToken token;
  for (size_t open = 1; open > 0 && next(token);) {
    if (token.name != name) continue;
    if (token.type == HtmlToken::Type::kEnd) --open;
    if (token.type == HtmlToken::Type::kStart && !token.self_closing) ++open;
  }
}

}  // namespace tfhub::documents
