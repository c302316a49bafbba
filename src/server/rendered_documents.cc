#include "server/rendered_documents.h"

#include <fmt/format.h>

#include "base/memory.h"
#include "documents/markdown.h"

namespace tfhub::server {
namespace {

constexpr size_t kLarge = 64 << 10;

}  // namespace

RenderedDocuments::Html RenderedDocuments::get(const documents::Document& document) {
  const Sha256Digest digest = Sha256::of(as_bytes(document.body));
  if (auto kept = find(digest)) return kept;
  const auto turn = turns_.take();
  if (!turn)
    return std::make_shared<const std::string>(
        "<p class=\"note\">Too many documents are being set; load the page again in a moment.</p>\n");
  if (auto kept = find(digest)) return kept;  // by who was before
  std::string html;
  if (!document.body.empty())
    html = fmt::format("<article class=\"document\">\n{}</article>\n",
                       documents::to_html(document.body, {.this_hub = this_hub_}));
  // The parser makes a node of every mark: hundreds of bytes a byte of text that is nothing but marks.
  if (document.body.size() > kLarge) release_free_memory();
  const size_t bytes = html.size();
  return kept_.put(std::string(key_of(digest)), std::move(html), bytes);
}

}  // namespace tfhub::server
