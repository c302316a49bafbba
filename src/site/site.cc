#include "site/site.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "catalog/document_store.h"
#include "documents/markdown.h"

namespace tfhub::site {
namespace {

// More hits than anybody turns pages; their facets are counted all the same.
constexpr size_t kMostHits = 20'000;
// A model comes before its deployments, whose short documents hold little but its name.
constexpr double kDeploymentWeight = 0.5;

SearchText text_of(const Model& model, const Overview& overview) {
  SearchText text;
  text.path = model.path;
  text.title = model.description;
  text.tags = overview.publisher_name(model.publisher());
  for (const auto& [tag, values] : model.tags)
    for (const std::string& value : values)
      text.tags.append(" ").append(value).append(" ").append(
          overview.documents->vocabularies.display_name(tag, value));
  if (model.document) text.body = documents::plain_text(model.document->text);
  if (!model.parent.empty()) text.weight = kDeploymentWeight;
  return text;
}

class FacetCounter {
 public:
  void add(const Model& model) {
    ++counts_["publisher"][std::string(model.publisher())];
    if (!model.format.empty()) ++counts_["format"][model.format];
    for (const auto& [tag, values] : model.tags)
      for (const std::string& value : values) ++counts_[tag][value];
  }
  std::vector<Facet> facets() const {
    std::vector<Facet> result;
    for (const std::string_view key :
         {"task", "publisher", "format", "language", "license", "dataset", "network-architecture"}) {
      const auto found = counts_.find(std::string(key));
      if (found == counts_.end()) continue;
      Facet facet{std::string(key), {found->second.begin(), found->second.end()}};
      std::sort(facet.values.begin(), facet.values.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
      });
      result.push_back(std::move(facet));
    }
    return result;
  }

 private:
  std::map<std::string, std::unordered_map<std::string, size_t>> counts_;
};

}  // namespace

Site::Site(std::shared_ptr<store::ObjectStore> store, catalog::Catalog& catalog)
    : store_(store), catalog_(catalog), documents_(std::move(store)) {}

Result<void> Site::refresh() {
  const std::lock_guard guard(refresh_mutex_);
  TFHUB_ASSIGN(const bool documents_changed, documents_.refresh());
  const auto snapshot = catalog_.snapshot();
  if (documents_changed || snapshot != catalogued_) {
    TFHUB_ASSIGN(auto made, make_overview(catalog_, documents_.documents(), *overview()));
    const std::lock_guard lock(mutex_);
    overview_ = std::move(made);
    catalogued_ = snapshot;
  }
  return {};
}

Result<void> Site::index() {
  const std::lock_guard guard(index_mutex_);
  const auto shown = overview();
  if (indexed_ == shown) return {};
  auto updated = update_index(shown);
  if (updated) {
    indexed_ = shown;
  } else {  // half changed: the next one begins anew
    indexed_.reset();
    const std::lock_guard lock(mutex_);
    index_.reset();
  }
  return updated;
}

Result<void> Site::update_index(const std::shared_ptr<const Overview>& after) {
  static const Overview kEmpty;
  const Overview& before = indexed_ ? *indexed_ : kEmpty;
  std::vector<SearchText> changed;
  std::vector<std::string> gone;
  for (const auto& [path, model] : after->models) {
    const auto old = before.models.find(path);
    if (old == before.models.end() || old->second != model) changed.push_back(text_of(*model, *after));
  }
  for (const auto& [path, model] : before.models)
    if (!after->models.contains(path)) gone.push_back(path);
  if (!indexed_) {
    TFHUB_ASSIGN(auto made, TextIndex::create());
    const std::lock_guard lock(mutex_);
    index_ = std::move(made);
  }
  TFHUB_TRY(index_->remove(gone));
  return index_->put(changed);
}

std::shared_ptr<const Overview> Site::overview() const {
  const std::lock_guard lock(mutex_);
  return overview_;
}

bool Site::knows(std::string_view words) const {
  std::shared_ptr<TextIndex> index;
  {
    const std::lock_guard lock(mutex_);
    index = index_;
  }
  return index == nullptr || index->kept(words, kMostHits).has_value();
}

Result<ModelPage> Site::select(const ModelQuery& query, size_t models_a_page) {
  std::shared_ptr<const Overview> shown;
  std::shared_ptr<TextIndex> index;
  {
    const std::lock_guard lock(mutex_);
    shown = overview_;
    index = index_;
  }
  std::vector<ModelPointer> matching;
  FacetCounter facets;
  const auto take = [&](const ModelPointer& model) {
    if (!query.matches(*model)) return;
    facets.add(*model);
    matching.push_back(model);
  };
  if (query.words.empty()) {
    for (const auto& [path, model] : shown->models) take(model);
  } else if (!index) {
    const auto words = search_words(query.words);
    for (const auto& [path, model] : shown->models) {
      const std::string name = lower_ascii(path);
      if (std::all_of(words.begin(), words.end(),
                      [&](const auto& word) { return name.find(word) != name.npos; }))
        take(model);
    }
  } else {
    TFHUB_ASSIGN(const auto paths, index->search(query.words, kMostHits));
    for (const std::string& path : paths)
      if (const auto found = shown->models.find(path); found != shown->models.end()) take(found->second);
  }
  ModelPage page;
  page.total = matching.size();
  page.pages = std::max<uint64_t>(1, (page.total + models_a_page - 1) / models_a_page);
  page.page = query.page;
  page.facets = facets.facets();
  if (query.page <= page.pages) {
    const auto first = matching.begin() + static_cast<ptrdiff_t>((query.page - 1) * models_a_page);
    const auto rest = static_cast<size_t>(matching.end() - first);
    page.models.assign(first, first + static_cast<ptrdiff_t>(std::min(models_a_page, rest)));
  }
  return page;
}

Result<std::optional<documents::Document>> Site::document(const std::string& url_path) {
  return catalog::read_document(*store_, url_path);
}

}  // namespace tfhub::site
