// links(): where a Markdown text points to.
#include <algorithm>

#include "documents/cmark.h"
#include "documents/html_tokenizer.h"
#include "documents/markdown.h"
#include "documents/safe_url.h"

namespace tfhub::documents {
namespace {

// Finds the lines of targets that come in the order of the text.
class LineFinder {
 public:
  explicit LineFinder(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  // The first line from `from` on (a block's first) that holds the target; `from` when none near does, as
  // with a link whose definition stands elsewhere.
  int line_of(std::string_view target, int from) const {
    constexpr size_t kNear = 50;
    const size_t first = static_cast<size_t>(std::max(from, 1)) - 1;
    for (size_t i = first; i < lines_.size() && i < first + kNear; ++i)
      if (lines_[i].find(target) != std::string_view::npos) return static_cast<int>(i) + 1;
    return std::max(from, 1);
  }

 private:
  std::vector<std::string_view> lines_;
};

}  // namespace

std::vector<Link> links_with_lines(std::string_view markdown) {
  std::vector<Link> found;
  const LineFinder finder(markdown);
  Markdown parsed(markdown);
  int block = 1;
  const auto add = [&](std::string_view target) {
    if (!target.empty()) found.push_back({std::string(target), finder.line_of(target, block)});
  };
  parsed.visit([&](cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if ((type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK && cmark_node_get_start_line(node) > 0)
      block = cmark_node_get_start_line(node);
    if (type == CMARK_NODE_LINK) {
      add(literal(node));
    } else if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
      HtmlTokenizer tokenizer(literal(node));
      for (HtmlToken token; tokenizer.next(token);)
        if (token.type == HtmlToken::Type::kStart && token.name == "a") add(token.attribute("href"));
    } else if (type == CMARK_NODE_TEXT && cmark_node_get_type(cmark_node_parent(node)) != CMARK_NODE_LINK) {
      std::string_view text = literal(node);
      for (size_t at; (at = find_bare_url(text, 0)) != std::string_view::npos;) {
        const size_t length = bare_url_length(text.substr(at));
        add(text.substr(at, length));
        text.remove_prefix(at + length);
      }
    }
  });
  return found;
}

std::vector<std::string> links(std::string_view markdown) {
  std::vector<std::string> targets;
  for (Link& each : links_with_lines(markdown)) targets.push_back(std::move(each.target));
  return targets;
}

}  // namespace tfhub::documents
