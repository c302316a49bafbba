#include "server/rendered_documents.h"

#include <fmt/format.h>

#include "documents/markdown.h"

namespace tfhub::server {

RenderedDocuments::Html RenderedDocuments::get(const documents::Document& document) {
  const Sha256Digest digest = Sha256::of(as_bytes(document.body));
  if (auto kept = find(digest)) return kept;
  std::string html;
  if (!document.body.empty())
    html = fmt::format("<article class=\"document\">\n{}</article>\n",
                       documents::to_html(document.body, {.this_hub = this_hub_}));
  const size_t bytes = html.size();
  return kept_.put(std::string(key_of(digest)), std::move(html), bytes);
}

}  // namespace tfhub::server
