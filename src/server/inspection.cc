#include "server/inspection.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "catalog/publication.h"
#include "savedmodel/describe.h"
#include "server/html.h"
#include "server/inspection_section.h"

namespace tfhub::server {
namespace {

using catalog::VersionRecord;

constexpr size_t kMostKept = 1'000;
// Of one file; graphs with their weights inside may have more, and are then not described.
constexpr uint64_t kLargestFile = 512 << 20;

// The files of a published version, wherever they are now.
class StoredFiles final : public savedmodel::ModelFiles {
 public:
  StoredFiles(store::ObjectStore& store, const VersionRecord& record)
      : store_(store), record_(record), name_(record.id.text()) {}

  const std::string& name() const override { return name_; }

  Result<std::optional<savedmodel::Blob>> open(const std::string& path, uint64_t limit) const override {
    const FileEntry* entry = nullptr;
    for (const FileEntry& file : record_.files)
      if (file.path == path) entry = &file;
    if (entry == nullptr) return std::nullopt;
    if (entry->size > std::min(limit, kLargestFile))
      return fail(Code::kCorrupt, "{} of {} has {} bytes, too many to be read for its page", path, name_,
                  entry->size);
    TFHUB_ASSIGN(const std::string key, location_of(path));
    TFHUB_ASSIGN(auto bytes, store::read_small(store_, key, entry->size));
    if (!bytes) return fail(Code::kCorrupt, "{} of {} is not in the store", path, name_);
    auto owner = std::make_shared<const std::string>(std::move(*bytes));
    return savedmodel::Blob{as_bytes(*owner), owner};
  }

  Result<std::vector<std::string>> list() const override {
    std::vector<std::string> paths;
    for (const FileEntry& file : record_.files) paths.push_back(file.path);
    return paths;
  }

 private:
  Result<std::string> location_of(const std::string& path) const {
    return record_.has_uncompressed() ? catalog::file_location(store_, record_, path)
                                      : catalog::archive_location(store_, record_);
  }

  store::ObjectStore& store_;
  const VersionRecord& record_;
  std::string name_;
};

}  // namespace

Inspections::Html Inspections::find(const VersionRecord& record) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(record.id.text());
  if (found == by_id_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->html;
}

Inspections::Html Inspections::get(store::ObjectStore& store, const VersionRecord& record) {
  if (auto kept = find(record)) return kept;
  const auto description = savedmodel::describe(StoredFiles(store, record));
  // A store that does not answer says nothing about the model: it is asked again.
  if (!description && description.error().code() != Code::kCorrupt) {
    warn("{} could not be read for its page: {}", record.id.text(), description.error().message());
    return std::make_shared<const std::string>(unreadable_section("the store does not answer now"));
  }
  auto html = std::make_shared<const std::string>(
      description ? inspection_section(*description) : unreadable_section(description.error().message()));
  const std::lock_guard lock(mutex_);
  std::string id = record.id.text();
  if (by_id_.contains(id)) return html;
  by_use_.push_front({id, html});
  by_id_.emplace(std::move(id), by_use_.begin());
  if (by_use_.size() > kMostKept) {
    by_id_.erase(by_use_.back().id);
    by_use_.pop_back();
  }
  return html;
}

}  // namespace tfhub::server
