// A whole tree of documents into a store. Apart from document_store.h because it needs a YAML parser, which
// the library for other programs does without.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "documents/tree.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct SkippedDocument {
  std::string path;  // in the tree
  std::string why;
};
struct ImportReport {
  size_t added = 0, changed = 0, unchanged = 0;  // documents
  std::vector<SkippedDocument> skipped;          // no documents; the others are imported all the same
};
// Puts a whole tree into the store: what differs from what is there, and nothing else; what is there besides
// stays. `progress` hears how many of how many documents are done.
Result<ImportReport> import_documents(store::ObjectStore& store, const documents::Tree& tree);

}  // namespace tfhub::catalog
