#include "server/inspection.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "catalog/publication.h"
#include "savedmodel/describe.h"

namespace tfhub::server {
namespace {

using catalog::VersionRecord;

// Of one file; graphs with their weights inside may have more, and are then not described.
// Those of a bucket come into memory; there is one inspection at a time, so this is what all of them take.
constexpr uint64_t kLargestFile = 512 << 20;
constexpr uint64_t kLargestOfABucket = 128 << 20;
constexpr uint64_t kMapFrom = 1 << 20;

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
    auto* const local = dynamic_cast<store::LocalObjects*>(&store_);
    if (entry->size > std::min(limit, local != nullptr ? kLargestFile : kLargestOfABucket))
      return fail(Code::kCorrupt, "{} of {} has {} bytes, too many to be read for its page", path, name_,
                  entry->size);
    TFHUB_ASSIGN(const std::string key, location_of(path));
    if (local != nullptr && entry->size >= kMapFrom) {
      TFHUB_ASSIGN(const os::UniqueFd fd, local->open(key));
      TFHUB_ASSIGN(auto mapped, whole_of(fd, *entry));
      return mapped;
    }
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
  // A file that is shorter than its record says must not be mapped: who looks behind its end is killed.
  Result<savedmodel::Blob> whole_of(const os::UniqueFd& fd, const FileEntry& entry) const {
    struct ::stat status {};
    if (::fstat(fd.get(), &status) != 0 || static_cast<uint64_t>(status.st_size) != entry.size)
      return fail(Code::kCorrupt, "{} of {} does not have its {} bytes", entry.path, name_, entry.size);
    return savedmodel::map_blob(fd.get(), entry.size, entry.path);
  }

  Result<std::string> location_of(const std::string& path) const {
    return record_.has_uncompressed() ? catalog::file_location(store_, record_, path)
                                      : catalog::archive_location(store_, record_);
  }

  store::ObjectStore& store_;
  const VersionRecord& record_;
  std::string name_;
};

}  // namespace

Inspections::Section Inspections::get(store::ObjectStore& store, const VersionRecord& record) {
  if (auto kept = find(record)) return kept;
  const auto turn = turns_.take();
  if (!turn)
    return std::make_shared<const InspectionSection>(
        unreadable_section("too many models are being looked at; load the page again in a moment"));
  if (auto kept = find(record)) return kept;  // by who was before
  const auto description = savedmodel::describe(StoredFiles(store, record));
  // A store that does not answer says nothing about the model: it is asked again.
  if (!description && description.error().code() != Code::kCorrupt) {
    warn("{} could not be read for its page: {}", record.id.text(), description.error().message());
    return std::make_shared<const InspectionSection>(unreadable_section("the store does not answer now"));
  }
  InspectionSection section =
      description ? inspection_section(*description) : unreadable_section(description.error().message());
  const size_t bytes = section.bytes();
  return kept_.put(record.id.text(), std::move(section), bytes);
}

}  // namespace tfhub::server
