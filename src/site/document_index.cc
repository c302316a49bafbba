#include "site/document_index.h"

#include "base/error.h"
#include "base/log.h"
#include "catalog/document_store.h"
#include "protocol/keys.h"
#include "store/side_by_side.h"

namespace tfhub::site {
namespace {

// Beyond that a document says nothing new about what it is.
constexpr size_t kMostText = 64 << 10;

DocumentPointer indexed(documents::Document document) {
  auto result = std::make_shared<IndexedDocument>();
  result->body_sha256 = Sha256::of(as_bytes(document.body));
  result->text = std::move(document.body);
  if (result->text.size() > kMostText) result->text.resize(kMostText);
  result->text.shrink_to_fit();
  document.body.clear();
  result->head = std::move(document);
  return result;
}

std::string tag_of(std::string_view key) {
  key.remove_prefix(protocol::kVocabulariesPrefix.size());
  return std::string(key.substr(0, key.rfind('.')));
}

}  // namespace

Result<bool> DocumentIndex::refresh() {
  const std::lock_guard guard(refresh_mutex_);
  TFHUB_ASSIGN(const auto listing, store_->list(std::string(protocol::kDocumentsPrefix), true));
  const auto before = documents();
  auto after = std::make_shared<Documents>();
  std::map<std::string, Stamp> stamps;
  bool changed = false;
  std::vector<std::string> unread;
  for (const store::ObjectInfo& object : listing.objects) {
    const Stamp stamp{object.size, object.modified};
    const auto known = stamps_.find(object.key);
    const bool same = known != stamps_.end() && known->second == stamp;
    const std::string path(protocol::url_path_of_document(object.key));
    if (!path.empty()) {
      const auto old = before->by_path.find(path);
      if (same && old != before->by_path.end()) {
        after->by_path.emplace(path, old->second);
      } else {
        unread.push_back(path);
        after->by_path.emplace(path, nullptr);
        changed = true;
      }
    } else if (object.key.starts_with(protocol::kVocabulariesPrefix)) {
      const std::string tag = tag_of(object.key);
      const auto old = before->vocabularies.by_key.find(tag);
      if (same && old != before->vocabularies.by_key.end()) {
        after->vocabularies.by_key.emplace(tag, old->second);
      } else {
        TFHUB_ASSIGN(const auto yaml, store::read_small(*store_, object.key, catalog::kMaxDocument));
        if (!yaml) continue;
        auto vocabulary = documents::parse_vocabulary(*yaml);
        if (!vocabulary) {
          warn("the vocabulary {} is not used: {}", object.key, vocabulary.error().message());
          continue;
        }
        after->vocabularies.by_key.emplace(tag, std::move(*vocabulary));
        changed = true;
      }
    } else {
      continue;
    }
    stamps.emplace(object.key, stamp);
  }
  TFHUB_TRY(store::side_by_side(*store_, unread.size(), [&](size_t i) -> Result<void> {
    TFHUB_ASSIGN(auto document, catalog::read_document(*store_, unread[i]));
    if (document) after->by_path.find(unread[i])->second = indexed(std::move(*document));
    return {};
  }));
  for (const std::string& path : unread)  // some may have been removed meanwhile
    if (const auto found = after->by_path.find(path); found->second == nullptr) after->by_path.erase(found);
  changed = changed || stamps.size() != stamps_.size();
  stamps_ = std::move(stamps);
  if (!changed) return false;
  const std::lock_guard lock(mutex_);
  documents_ = std::move(after);
  return true;
}

std::shared_ptr<const Documents> DocumentIndex::documents() const {
  const std::lock_guard lock(mutex_);
  return documents_;
}

}  // namespace tfhub::site
