// What the documents of a store say, kept in memory for lists and search: each one's head and the beginning
// of its text. The whole is read when its page is shown.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/digest.h"
#include "documents/document.h"
#include "documents/vocabulary.h"
#include "store/object_store.h"

namespace tfhub::site {

struct IndexedDocument {
  documents::Document head;  // its body is empty
  std::string text;          // the beginning of its body, as written: for search
  Sha256Digest body_sha256;  // of the whole body
};
using DocumentPointer = std::shared_ptr<const IndexedDocument>;

struct Documents {
  std::map<std::string, DocumentPointer, std::less<>> by_path;  // path of the page's URL
  documents::Vocabularies vocabularies;
};

// Thread-safe.
class DocumentIndex {
 public:
  explicit DocumentIndex(std::shared_ptr<store::ObjectStore> store) : store_(std::move(store)) {}

  // Lists the store's documents and reads those that are new or changed. True: something did.
  Result<bool> refresh();
  std::shared_ptr<const Documents> documents() const;

 private:
  struct Stamp {
    uint64_t size;
    std::chrono::system_clock::time_point modified;
    bool operator==(const Stamp&) const = default;
  };

  std::shared_ptr<store::ObjectStore> store_;
  std::mutex refresh_mutex_;
  std::map<std::string, Stamp> stamps_;  // by key; refresh()'s
  mutable std::mutex mutex_;             // for the pointer alone
  std::shared_ptr<const Documents> documents_ = std::make_shared<const Documents>();
};

}  // namespace tfhub::site
