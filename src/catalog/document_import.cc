#include "catalog/document_import.h"

#include <set>

#include "base/error.h"
#include "catalog/document_store.h"
#include "catalog/publication.h"
#include "documents/document.h"
#include "documents/vocabulary.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

enum class Change { kAdded, kChanged, kNone };

Result<Change> put_if_different(store::ObjectStore& store, const std::string& key, const std::string& text,
                                const std::set<std::string>& there) {
  if (there.contains(key)) {
    TFHUB_ASSIGN(const auto old, store::read_small(store, key, kMaxDocument));
    if (old && *old == text) return Change::kNone;
  }
  TFHUB_TRY(store::put_small(store, key, as_bytes(text)));
  return there.contains(key) ? Change::kChanged : Change::kAdded;
}

}  // namespace

Result<ImportReport> import_documents(store::ObjectStore& store, const documents::Tree& tree) {
  TFHUB_ASSIGN(const auto listing, store.list(std::string(protocol::kDocumentsPrefix), true));
  std::set<std::string> there;
  for (const auto& object : listing.objects) there.insert(object.key);

  ImportReport report;
  bool any = false;
  for (const auto& [tag, yaml] : tree.tags) {
    if (const auto vocabulary = documents::parse_vocabulary(yaml); !vocabulary) {
      report.skipped.push_back({"tags/" + tag, vocabulary.error().message()});
      continue;
    }
    TFHUB_ASSIGN(const Change change, put_if_different(store, protocol::vocabulary_key(tag), yaml, there));
    any = any || change != Change::kNone;
  }
  std::set<std::string> seen;
  for (const documents::TreeFile& file : tree.documents) {
    const auto parsed = documents::parse(file.text);
    if (!parsed) {
      report.skipped.push_back({file.path, parsed.error().message()});
      continue;
    }
    if (!seen.insert(parsed->url_path).second) {
      report.skipped.push_back(
          {file.path, "another document of the tree has the same URL, /" + parsed->url_path});
      continue;
    }
    TFHUB_ASSIGN(const Change change,
                 put_if_different(store, protocol::document_key(parsed->url_path), file.text, there));
    any = any || change != Change::kNone;
    ++(change == Change::kAdded     ? report.added
       : change == Change::kChanged ? report.changed
                                    : report.unchanged);
  }
  if (any) {
    TFHUB_TRY(store.sync());
    announce(store);
  }
  return report;
}

}  // namespace tfhub::catalog
