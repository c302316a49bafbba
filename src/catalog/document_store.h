// The documents of a store: what the pages of the hub say, one Markdown object a page, beside the models and
// independent of them. Unlike a version a document may change.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "documents/document.h"
#include "protocol/name.h"
#include "store/object_store.h"

namespace tfhub::catalog {

inline constexpr size_t kMaxDocument = 4 << 20;  // bytes

// The document at a URL of the hub ("acme/mul/1", "acme/collection/sums", "acme"); nothing when there is
// none. A text that does not follow the grammar of documents (somebody's README, published with --doc) is all
// body.
Result<std::optional<documents::Document>> read_document(store::ObjectStore& store,
                                                         const std::string& url_path);

// The document that comes with a version. kUsage when it is another model's, or no UTF-8 text.
Result<void> check_document(const protocol::VersionedName& version, const std::string& text);
Result<void> put_document(store::ObjectStore& store, const protocol::VersionedName& version,
                          const std::string& text);

}  // namespace tfhub::catalog
