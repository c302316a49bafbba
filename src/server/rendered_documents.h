// The documents of the hub as HTML for their pages: rendered once a text, and kept. cmark-gfm renders one
// text at a time in the whole process (documents/cmark.cc), so a page that is asked for again must not wait
// for another's. A text is known by its digest: a changed document is another one. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/digest.h"
#include "documents/document.h"
#include "server/kept.h"
#include "server/turns.h"

namespace tfhub::server {

class RenderedDocuments {
 public:
  using Html = std::shared_ptr<const std::string>;

  // `this_hub`: the base URL whose links stay on this hub; empty: it is not known.
  explicit RenderedDocuments(std::string this_hub) : this_hub_(std::move(this_hub)) {}

  // Null: no text with this digest was rendered yet.
  Html find(const Sha256Digest& body) { return kept_.find(key_of(body)); }
  // <article> of the document's body, empty when it has none. Renders what find() does not have: tenths of a
  // second for a large one.
  Html get(const documents::Document& document);

 private:
  static std::string_view key_of(const Sha256Digest& digest) { return as_text(digest.bytes); }

  const std::string this_hub_;
  Kept<std::string> kept_{2'000, 32 << 20};
  Turns turns_{16};
};

}  // namespace tfhub::server
