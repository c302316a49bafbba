#include "base/error.h"
#include "cache/bucket/bucket_cache.h"

namespace tfhub::cache {

Result<std::optional<Hit>> BucketCache::find(const std::string& handle) const {
  TFHUB_ASSIGN(const EntryPaths names, entry_paths({}, handle));
  TFHUB_ASSIGN(BucketEntry entry, read_bucket_entry(*bucket_, names));
  Hit hit;
  hit.handle = handle;
  if (entry.descriptor) hit.etag = entry.descriptor->etag();
  if (entry.is_alias()) {
    hit.alias = true;
    hit.handle = entry.descriptor->alias_of();
    const EntryPaths target{{}, entry.descriptor->alias_key()};
    TFHUB_ASSIGN(entry, read_bucket_entry(*bucket_, target));
  }
  if (!entry.usable()) return std::nullopt;
  if (entry.state == State::kForeign) {
    // tensorflow_hub writes its descriptor first, and then copies the files one by one; its lock stands until
    // that is done.
    TFHUB_ASSIGN(const auto lock, bucket_->look(entry.names.lock()));
    if (lock) return std::nullopt;
  }
  hit.state = entry.state;
  hit.path = path_of(entry.names);
  hit.downloaded = entry.descriptor->downloaded();
  return hit;
}

Result<void> BucketCache::set_alias(const std::string& handle, const std::string& target,
                                    const std::string& etag) {
  TFHUB_ASSIGN(const EntryPaths names, entry_paths({}, handle));
  TFHUB_ASSIGN(const EntryPaths target_names, entry_paths({}, target));
  if (names.key == target_names.key) return {};
  TFHUB_ASSIGN(const BucketEntry before, read_bucket_entry(*bucket_, names));
  const bool up_to_date = before.is_alias() && before.descriptor->alias_key() == target_names.key &&
                          before.descriptor->etag() == etag;
  if (before.usable() || up_to_date) return {};
  // A tensorflow_hub that is about to put its download there is left alone.
  TFHUB_ASSIGN(const auto lock, bucket_->look(names.lock()));
  if (lock) return {};
  TFHUB_ASSIGN(const std::string text,
               format_descriptor({.handle = handle, .etag = etag, .alias_of = target, .files = nullptr}));
  MemorySource content(as_bytes(text));
  return bucket_->write(names.descriptor(), content);
}

}  // namespace tfhub::cache
