// From staging to the keys of the bucket layout, and where bytes are meanwhile.
#include <algorithm>

#include "base/error.h"
#include "catalog/publication.h"
#include "catalog/staging_area.h"
#include "catalog/version_objects.h"
#include "protocol/keys.h"
#include "store/side_by_side.h"

namespace tfhub::catalog {
namespace {

tl::unexpected<Error> lost(const store::ObjectStore& store, const VersionRecord& record,
                           const std::string& key) {
  return fail(Code::kCorrupt,
              "{} has lost bytes: {} is not in the store {}; restore it from a copy of the store",
              record.id.text(), key, store.url());
}

tl::unexpected<Error> foreign(const store::ObjectStore& store, const VersionRecord& record,
                              const std::string& key) {
  return fail(
      Code::kCorrupt,
      "{} in the store {} does not hold what {} was published with; move it away, and it is put right", key,
      store.url(), record.id.text());
}

// Whether the object is at its final key; of another size it is somebody else's.
Result<bool> arrived(store::ObjectStore& store, const VersionRecord& record, const VersionObject& object) {
  TFHUB_ASSIGN(const auto info, store.head(object.key));
  if (!info) return false;
  if (info->size != object.size) return foreign(store, record, object.key);
  return true;
}

// `from` (an object, or the folder that holds it) is renamed to `to`; `witness` tells whether that has been
// done.
Result<void> move_one(store::ObjectStore& store, store::LocalObjects& local, const VersionRecord& record,
                      const std::string& from, const std::string& to, const VersionObject& witness) {
  const auto moved = local.move(from, to);
  if (moved && *moved) return {};
  if (!moved && moved.error().code() != Code::kNotFound) return fail(moved.error());
  TFHUB_ASSIGN(const bool there, arrived(store, record, witness));
  if (there) return {};
  return moved ? foreign(store, record, to) : lost(store, record, from);
}

Result<void> move_all(store::ObjectStore& store, store::LocalObjects& local, const VersionRecord& record) {
  const VersionObject archive = archive_of(record);
  TFHUB_TRY(move_one(store, local, record, archive.staged_key, archive.key, archive));
  if (!record.has_uncompressed()) return {};
  return move_one(store, local, record, protocol::staging_uncompressed_key(record.staging),
                  protocol::uncompressed_key(record.id), file_of(record, record.files.back()));
}

// Through this process, for a store that cannot copy by itself.
Result<void> read_and_write(store::ObjectStore& store, const VersionRecord& record,
                            const VersionObject& object) {
  TFHUB_ASSIGN(const auto source, store.get(object.staged_key));
  TFHUB_ASSIGN(const auto writer, store.put(object.key));
  const LongWork unwatched;
  Meter meter({}, std::nullopt, unwatched);
  TFHUB_ASSIGN(const auto wrong, read_through(*source, object, writer.get(), meter));
  if (wrong) {
    return fail(Code::kCorrupt, "{} in the store {} changed after it was written; {} cannot be put in place",
                object.staged_key, store.url(), record.id.text());
  }
  return writer->commit();
}

Result<void> copy_one(store::ObjectStore& store, const VersionRecord& record, const VersionObject& object) {
  TFHUB_ASSIGN(const bool there, arrived(store, record, object));
  if (there) return {};
  auto* const bucket = dynamic_cast<store::BucketObjects*>(&store);
  auto copied = bucket != nullptr ? bucket->copy(object.staged_key, object.key, object.size)
                                  : read_and_write(store, record, object);
  if (copied || copied.error().code() != Code::kNotFound) return copied;
  // Another promoter may have copied it, and removed the staging, since we looked.
  TFHUB_ASSIGN(const bool now_there, arrived(store, record, object));
  return now_there ? Result<void>() : lost(store, record, object.staged_key);
}

// The last file last: that it is there tells that all are (uncompressed_ready).
Result<void> copy_all(store::ObjectStore& store, const VersionRecord& record) {
  if (!record.has_uncompressed()) return copy_one(store, record, archive_of(record));
  TFHUB_TRY(store::side_by_side(store, record.files.size(), [&](size_t i) {
    return copy_one(store, record, i == 0 ? archive_of(record) : file_of(record, record.files[i - 1]));
  }));
  return copy_one(store, record, file_of(record, record.files.back()));
}

// One look at the final key in the usual case, when promotion is long done.
Result<std::string> location(store::ObjectStore& store, const VersionRecord& record,
                             const VersionObject& object) {
  TFHUB_ASSIGN(const bool there, arrived(store, record, object));
  if (there) return object.key;
  TFHUB_ASSIGN(const auto staged, store.head(object.staged_key));
  if (staged) return object.staged_key;
  TFHUB_ASSIGN(const bool now_there, arrived(store, record, object));  // promoted between the two looks
  if (now_there) return object.key;
  return lost(store, record, object.key);
}

}  // namespace

Result<void> promote(store::ObjectStore& store, const VersionRecord& record) {
  auto* local = dynamic_cast<store::LocalObjects*>(&store);
  TFHUB_TRY(local != nullptr ? move_all(store, *local, record) : copy_all(store, record));
  return remove_staging(store, record.staging);
}

Result<std::string> archive_location(store::ObjectStore& store, const VersionRecord& record) {
  return location(store, record, archive_of(record));
}

Result<std::string> file_location(store::ObjectStore& store, const VersionRecord& record,
                                  const std::string& path) {
  const auto file =
      std::lower_bound(record.files.begin(), record.files.end(), path,
                       [](const FileEntry& entry, const std::string& wanted) { return entry.path < wanted; });
  if (file == record.files.end() || file->path != path) {
    return fail(Code::kNotFound, "{} has no file {}", record.id.text(), path);
  }
  if (!record.has_uncompressed()) return archive_location(store, record);
  return location(store, record, file_of(record, *file));
}

Result<bool> uncompressed_ready(store::ObjectStore& store, const VersionRecord& record) {
  if (!record.has_uncompressed()) return false;
  return arrived(store, record, file_of(record, record.files.back()));
}

}  // namespace tfhub::catalog
