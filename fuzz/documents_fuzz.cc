// Any bytes as a document, as Markdown, as HTML and as a vocabulary. Nothing may crash, and the HTML that
// comes out must be balanced and hold only what the allow-list has.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "documents/check.h"
#include "documents/document.h"
#include "documents/html_elements.h"
#include "documents/html_tokenizer.h"
#include "documents/markdown.h"
#include "documents/safe_url.h"
#include "documents/sanitise.h"
#include "documents/utf8.h"
#include "documents/vocabulary.h"

namespace {

using namespace tfhub;
using namespace tfhub::documents;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kAttributes =
    " href title src alt width height align colspan rowspan start open class id rel loading referrerpolicy ";

void require_harmless(const HtmlToken& tag) {
  for (const auto& [name, value] : tag.attributes) {
    require(kAttributes.find(" " + name + " ") != std::string_view::npos);
    if (name == "href" || name == "src") {
      require(safe_url(value, name == "src" ? UrlUse::kImage : UrlUse::kLink) == value);
      require(!lower_ascii(value).starts_with("javascript:"));
    }
    if (name == "id") require(value.starts_with("doc-"));
  }
}

void require_safe(const std::string& html) {
  require(valid_utf8(html) == html);
  HtmlTokenizer tokenizer(html);
  std::vector<std::string> open;
  for (HtmlToken token; tokenizer.next(token);) {
    if (token.type == HtmlToken::Type::kText) {
      require(token.text.find_first_of("<>") == std::string_view::npos);
      continue;
    }
    const HtmlElement* element = find_element(token.name);
    require(element != nullptr && element->name == token.name);
    if (token.type == HtmlToken::Type::kEnd) {
      require(!open.empty() && open.back() == token.name && token.attributes.empty());
      open.pop_back();
      continue;
    }
    require_harmless(token);
    if (!element->is_void()) open.push_back(token.name);
    require(open.size() <= 64);
  }
  require(open.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string sanitised = sanitise(text);
  require_safe(sanitised);
  require(sanitise(sanitised) == sanitised);
  require_safe(to_html(text));
  (void)plain_text(text);
  (void)links(text);
  (void)parse_vocabulary(text);
  if (const auto document = parse(text)) {
    require(!document->url_path.empty() && document->metadata.size() == document->metadata_lines.size());
    require(document->description.find('\n') == std::string::npos);
    (void)parent_model(*document);
  }
  Tree tree;
  tree.documents = {{"a.md", text}, {"b.md", "# Module acme/x/1\nWords.\n\n## A\n" + text}};
  (void)check(tree);
  return 0;
}
