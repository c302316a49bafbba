// Markdown as strangers write it, made into HTML that can harm nobody. cmark-gfm (tables, strikethrough)
// renders, sanitise.h decides what of it stays. Never fails: a document too large or too tangled to render is
// shown as it is written. Time and memory grow linearly with the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tfhub::documents {

struct MarkdownOptions {
  // This hub's base URL, shown to nobody: links to it, as those to https://tfhub.dev/x, http://tfhub.dev/x
  // and //tfhub.dev/x, become "/x".
  std::string this_hub;
};

// Safe HTML, ready to stand inside a page whose own title is the only h1. Headings have ids
// ("doc-model-architecture"), formulas ($…$, $$…$$) are <code class="formula">, bare URLs are links.
std::string to_html(std::string_view markdown, const MarkdownOptions& options = {});

// For search: words only, without the marks of code blocks, HTML or URLs.
std::string plain_text(std::string_view markdown);

struct Link {
  std::string target;  // as written
  int line = 0;        // from 1, of the Markdown
};
// Every link, bare URLs and <a href> included; images are none.
std::vector<Link> links_with_lines(std::string_view markdown);
std::vector<std::string> links(std::string_view markdown);

}  // namespace tfhub::documents
