// Any bytes as a document, as Markdown, as HTML and as a vocabulary. Nothing may crash, and the HTML that
// comes out must be balanced and hold only what the allow-list has.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "documents/check.h"
#include "documents/document.h"
#include "documents/markdown.h"
#include "documents/sanitise.h"
#include "documents/utf8.h"
#include "documents/vocabulary.h"
#include "testing/harmless.h"

namespace {

using namespace tfhub;
using namespace tfhub::documents;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_safe(const std::string& html) {
  require(valid_utf8(html) == html);
  const std::string found = testing::offence(html);
  if (!found.empty()) std::fprintf(stderr, "beyond the list: %s\n", found.c_str());
  require(found.empty());
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
