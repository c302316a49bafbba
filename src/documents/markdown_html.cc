// to_html(): cmark renders, sanitise() decides.
#include "base/text.h"
#include "documents/cmark.h"
#include "documents/html_entities.h"
#include "documents/markdown.h"
#include "documents/sanitise.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

// As it is written; ready to be shown.
std::string as_written(std::string_view text) {
  if (trim(text).empty()) return {};
  return "<pre>" + escaped(valid_utf8(text)) + "</pre>\n";
}

}  // namespace

std::string to_html(std::string_view markdown, const MarkdownOptions& options) {
  std::string html;
  std::string_view rest;
  {
    Markdown parsed(markdown);
    const auto rendered = parsed.html();
    if (!rendered) return as_written(markdown);
    html = *rendered;
    rest = parsed.rest();
  }
  return sanitise(html, {.page = true, .this_hub = options.this_hub}) + as_written(rest);
}

}  // namespace tfhub::documents
