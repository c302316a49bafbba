// What the hub shows besides bytes: models and documents in one view, and search over it. Made from the store
// and kept fresh by refresh(); lookups never wait for that. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "site/document_index.h"
#include "site/overview.h"
#include "site/query.h"
#include "site/text_index.h"

namespace tfhub::site {

class Site {
 public:
  Site(std::shared_ptr<store::ObjectStore> store, catalog::Catalog& catalog);

  // After the catalogue was looked at anew: lists and pages.
  Result<void> refresh();
  // What search needs of that; takes longer. Until it has run once, words are looked for in names alone.
  Result<void> index();
  std::shared_ptr<const Overview> overview() const;

  // The models that `query` is about. Its facets count what all of them have, not only those of the page.
  Result<ModelPage> select(const ModelQuery& query, size_t models_a_page);

  // Whether a search for these words is answered from memory.
  bool knows(std::string_view words) const;

  // The whole document of a page; nothing when there is none.
  Result<std::optional<documents::Document>> document(const std::string& url_path);

 private:
  Result<void> update_index(const std::shared_ptr<const Overview>& after);

  std::shared_ptr<store::ObjectStore> store_;
  catalog::Catalog& catalog_;
  DocumentIndex documents_;
  std::mutex refresh_mutex_;
  std::shared_ptr<const catalog::Snapshot> catalogued_;  // refresh()'s: what the overview was made of
  std::mutex index_mutex_;
  std::shared_ptr<const Overview> indexed_;  // index()'s: what the index has
  mutable std::mutex mutex_;                 // for the two pointers
  std::shared_ptr<TextIndex> index_;
  std::shared_ptr<const Overview> overview_ = std::make_shared<const Overview>();
};

}  // namespace tfhub::site
