// What a Markdown text says, without its form: for search, for descriptions.
#include <algorithm>

#include "base/text.h"
#include "documents/cmark.h"
#include "documents/html_elements.h"
#include "documents/html_entities.h"
#include "documents/html_tokenizer.h"
#include "documents/inline_text.h"
#include "documents/markdown.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

// Words with one space between them; a URL is no word.
class Words {
 public:
  void add(std::string_view text) {
    while (!text.empty()) {
      const size_t space = std::min(text.find_first_of(" \t\n\r\f"), text.size());
      word_ += text.substr(0, space);
      if (space < text.size()) end_word();
      text.remove_prefix(std::min(space + 1, text.size()));
    }
  }
  void end_word() {
    if (!word_.empty() && !is_url(word_)) {
      if (!out_.empty()) out_ += ' ';
      out_ += word_;
    }
    word_.clear();
  }
  std::string finish() {
    end_word();
    return std::move(out_);
  }

 private:
  // "https://…", and "('https://…')" of code.
  static bool is_url(std::string_view word) {
    return word.find("://") != std::string_view::npos || word.starts_with("www.") ||
           word.starts_with("mailto:");
  }
  std::string out_, word_;
};

}  // namespace

std::string plain_text(std::string_view markdown) {
  const std::string html = to_html(markdown);
  HtmlTokenizer tokenizer(html);
  Words words;
  for (HtmlToken token; tokenizer.next(token);) {
    if (token.type == HtmlToken::Type::kText) {
      words.add(decode_entities(token.text));
      continue;
    }
    const HtmlElement* element = find_element(token.name);
    if (element == nullptr || !element->is_inline() || element->is_void()) words.end_word();
  }
  return words.finish();
}

std::string inline_text(std::string_view markdown) {
  std::string out;
  Markdown parsed(markdown);
  if (!parsed.ok()) return std::string(trim(markdown));
  parsed.visit([&](cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_TEXT:
      case CMARK_NODE_CODE:
      case CMARK_NODE_CODE_BLOCK:
        out += literal(node);
        break;
      case CMARK_NODE_SOFTBREAK:
      case CMARK_NODE_LINEBREAK:
      case CMARK_NODE_PARAGRAPH:
      case CMARK_NODE_ITEM:
        out += ' ';
        break;
      default:
        break;
    }
  });
  std::string joined;
  bool space = false;
  for (const char c : out) {
    if (is_space(c)) {
      space = !joined.empty();
      continue;
    }
    if (space) joined += ' ';
    space = false;
    joined += c;
  }
  return joined;
}

}  // namespace tfhub::documents
