#include "catalog/version_objects.h"

#include "base/error.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

constexpr size_t kBufferSize = 1 << 20;

}  // namespace

VersionObject archive_of(const VersionRecord& record) {
  return {protocol::archive_key(record.id, record.kind), protocol::staging_archive_key(record.staging),
          record.archive_size, record.archive_sha256};
}

VersionObject file_of(const VersionRecord& record, const FileEntry& file) {
  return {protocol::uncompressed_key(record.id, file.path),
          protocol::staging_uncompressed_key(record.staging, file.path), file.size, file.sha256};
}

std::vector<VersionObject> objects_of(const VersionRecord& record) {
  std::vector<VersionObject> objects = {archive_of(record)};
  if (!record.has_uncompressed()) return objects;
  for (const FileEntry& file : record.files) objects.push_back(file_of(record, file));
  return objects;
}

Result<OpenObject> open_object(store::ObjectStore& store, const VersionObject& object) {
  // The final key once more at the end: it may have been promoted between the two looks.
  for (const std::string* key : {&object.key, &object.staged_key, &object.key}) {
    auto source = store.get(*key);
    if (source) return OpenObject{*key, std::move(*source)};
    if (source.error().code() != Code::kNotFound) return fail(std::move(source).error());
  }
  return fail(Code::kNotFound, "{} is not in the store {}", object.key, store.url());
}

Result<std::optional<std::string>> read_through(ByteSource& source, const VersionObject& object,
                                                ByteSink* sink, Meter& meter) {
  std::vector<std::byte> buffer(kBufferSize);
  Sha256 digest;
  uint64_t size = 0;
  while (true) {
    TFHUB_ASSIGN(const size_t n, source.read(buffer));
    if (n == 0) break;
    size += n;
    if (size > object.size) return fmt::format("has more than its {} bytes", object.size);
    const Bytes bytes = Bytes(buffer).first(n);
    digest.update(bytes);
    if (sink != nullptr) TFHUB_TRY(sink->write(bytes));
    TFHUB_TRY(meter.add(n));
  }
  if (size != object.size) return fmt::format("has {} bytes instead of {}", size, object.size);
  if (const auto found = digest.finish(); found != object.sha256)
    return fmt::format("holds other bytes than were published: its SHA-256 is {} instead of {}", found.hex(),
                       object.sha256.hex());
  return std::nullopt;
}

}  // namespace tfhub::catalog
