#include "catalog/store_check.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/utf8.h"
#include "catalog/document_store.h"
#include "catalog/entry.h"
#include "catalog/inventory.h"
#include "catalog/version_objects.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

constexpr unsigned kReaders = 2;
constexpr const char* kRestore = "restore it from a copy of the store";

class Check {
 public:
  Check(store::ObjectStore& store, const CheckOptions& options) : store_(store), options_(options) {}

  Result<CheckReport> run() {
    TFHUB_ASSIGN(const Inventory inventory, read_inventory(store_, options_.names, options_.work));
    TFHUB_ASSIGN(const auto documents, store_.list(std::string(protocol::kDocumentsPrefix), true));
    TFHUB_TRY(check_names(inventory, documents));
    check_entries(inventory);
    TFHUB_TRY(check_versions(inventory));
    for (const auto& object : documents.objects) TFHUB_TRY(check_document_at(object.key));
    std::sort(report_.findings.begin(), report_.findings.end(),
              [](const Finding& a, const Finding& b) { return a.key < b.key; });
    return std::move(report_);
  }

 private:
  Result<void> check_names(const Inventory& inventory, const store::Listing& documents) const;
  void check_entries(const Inventory& inventory);
  Result<void> check_versions(const Inventory& inventory);
  Result<void> check_version(const std::string& url_path, Meter& meter);
  Result<void> check_object(const VersionObject& object, Meter& meter);
  Result<void> check_document_at(const std::string& key);
  void found(std::string key, std::string what, std::string remedy = kRestore) {
    const std::lock_guard guard(mutex_);
    report_.findings.push_back({std::move(key), std::move(what), std::move(remedy)});
  }
  // A finding, unless we were told to stop or the way to the store is at fault.
  Result<void> unreadable(const std::string& key, const Error& error) {
    TFHUB_TRY(options_.work.check());
    if (!is_damage(error)) return fail(error);
    found(key, error.code() == Code::kNotFound ? "is missing" : "cannot be read: " + cause_of(error));
    return {};
  }

  store::ObjectStore& store_;
  const CheckOptions& options_;
  std::mutex mutex_;  // for the report
  CheckReport report_;
};

Result<void> Check::check_names(const Inventory& inventory, const store::Listing& documents) const {
  for (const std::string& name : options_.names) {
    const std::vector<std::string> one{name};
    const auto of = [&](const std::string& url) { return within(url, one); };
    const bool any = std::any_of(inventory.versions.begin(), inventory.versions.end(),
                                 [&](const StoredVersion& version) { return of(version.id.text()); }) ||
                     std::any_of(inventory.unreadable.begin(), inventory.unreadable.end(),
                                 [&](const UnreadableEntry& entry) { return of(entry.url_path); }) ||
                     std::any_of(inventory.empty_models.begin(), inventory.empty_models.end(), of) ||
                     std::any_of(documents.objects.begin(), documents.objects.end(), [&](const auto& object) {
                       return of(std::string(protocol::url_path_of_document(object.key)));
                     });
    if (!any)
      return fail(Code::kNotFound, "there is no {} in the store {}; `tfhub store ls` lists what there is",
                  printable(name), store_.url());
  }
  return {};
}

void Check::check_entries(const Inventory& inventory) {
  for (const UnreadableEntry& entry : inventory.unreadable)
    found(protocol::entry_key(entry.url_path), "is damaged: " + entry.why);
  for (const std::string& model : inventory.empty_models)
    found(protocol::entry_key(model), "is of a model without a version, so a version's record was lost");
  for (const StoredVersion& version : inventory.versions) {
    // With its staging it is a publisher's work, unfinished.
    if (!version.counts && !version.staged)
      found(protocol::entry_key(version.id.name.text()),
            fmt::format("is no model's entry, so nobody sees {}", version.id.text()),
            "restore it from a copy of the store, or publish that version again");
  }
}

Result<void> Check::check_versions(const Inventory& inventory) {
  std::vector<std::string> urls;
  uint64_t total = 0;
  for (const StoredVersion& version : inventory.versions) {
    if (!version.counts && version.staged) continue;
    urls.push_back(version.id.text());
    total += version.stored;
  }
  Meter meter("verifying", total, options_.work);
  return in_parallel(urls.size(), kReaders, [&](size_t i) { return check_version(urls[i], meter); });
}

Result<void> Check::check_version(const std::string& url_path, Meter& meter) {
  // Read once more: to keep all records would take memory without a bound.
  const auto entry = read_entry(store_, url_path);
  if (!entry) return unreadable(protocol::entry_key(url_path), entry.error());
  if (!*entry || (*entry)->is_model()) return {};  // taken back meanwhile
  for (const VersionObject& object : objects_of(*(*entry)->version)) TFHUB_TRY(check_object(object, meter));
  const std::lock_guard guard(mutex_);
  ++report_.versions;
  return {};
}

Result<void> Check::check_object(const VersionObject& object, Meter& meter) {
  for (int attempt = 1;; ++attempt) {
    const auto opened = open_object(store_, object);
    if (!opened) return unreadable(object.key, opened.error());
    const auto wrong = read_through(*opened->source, object, nullptr, meter);
    if (!wrong) {
      // A promotion may take the staged object away while it is read.
      if (attempt == 1 && opened->key == object.staged_key && is_damage(wrong.error())) continue;
      return unreadable(opened->key, wrong.error());
    }
    if (*wrong) found(opened->key, **wrong);
    const std::lock_guard guard(mutex_);
    report_.bytes += object.size;
    return {};
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = first_utf8_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// What is wrong with a document, if anything: that of a version may be any Markdown, the others are found by
// their first line only.
std::optional<std::string> wrong_in(const std::string& url_path, const std::string& text) {
  const auto parsed = documents::parse(text);
  if (parsed && parsed->url_path != url_path)
    return "is the document of " + printable(parsed->url_path) + ", by its first line";
  if (parsed) return std::nullopt;
  if (!is_utf8(text)) return "is no text";
  if (!protocol::VersionedName::parse(url_path)) return "is no document: " + cause_of(parsed.error());
  return std::nullopt;
}

Result<void> Check::check_document_at(const std::string& key) {
  TFHUB_TRY(options_.work.check());
  const std::string url_path(protocol::url_path_of_document(key));
  const bool vocabulary = key.starts_with(protocol::kVocabulariesPrefix) && key.ends_with(".yaml");
  if (url_path.empty() && !vocabulary) return {};
  if (vocabulary ? !options_.names.empty() : !within(url_path, options_.names)) return {};
  const auto text = store::read_small(store_, key, kMaxDocument);
  if (!text) return unreadable(key, text.error());
  if (!*text) return {};  // removed meanwhile
  ++report_.documents;
  report_.bytes += (*text)->size();
  if (!vocabulary) {
    if (auto wrong = wrong_in(url_path, **text))
      found(key, *wrong, "correct it and put it there with `tfhub docs import`");
  } else if (options_.check_vocabulary) {
    if (const auto parsed = options_.check_vocabulary(**text); !parsed)
      found(key, "is no vocabulary: " + cause_of(parsed.error()),
            "correct it and put it there with `tfhub docs import`");
  }
  return {};
}

}  // namespace

Result<CheckReport> check_store(store::ObjectStore& store, const CheckOptions& options) {
  return Check(store, options).run();
}

}  // namespace tfhub::catalog
