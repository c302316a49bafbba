#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "base/settings.h"
#include "cache/bucket/bucket_cache.h"
#include "cache/bucket/survey.h"

namespace tfhub::cache {
namespace {

void add_sizes_of_objects(const BucketEntry& from, Entry& entry) {
  if (from.state == State::kComplete) {
    from.descriptor->every_file([&](const RecordedFile& file) {
      entry.size += file.size;
      ++entry.files;
      return true;
    });
    return;
  }
  for (const BucketObject& file : from.files) entry.size += file.size;
  entry.files = from.files.size();
}

Entry describe_key(const BucketKey& key, const std::string& path) {
  Entry entry;
  entry.key = key.entry.names.key;
  entry.path = path;
  // One of tensorflow_hub's counts once its lock is gone: until then its files are still being copied.
  const bool unfinished = !key.entry.usable() || key.entry.state == State::kForeign;
  entry.state = key.held && unfinished ? State::kFilling : key.entry.state;
  if (const auto& descriptor = key.entry.descriptor) {
    entry.handle = descriptor->handle();
    entry.alias_of = descriptor->alias_of();
    // Uses leave no trace in a bucket.
    entry.downloaded = entry.used = descriptor->downloaded();
  }
  add_sizes_of_objects(key.entry, entry);
  return entry;
}

Entry leftover(const BucketKey& key, const std::string& path, const std::vector<BucketObject>& objects) {
  Entry entry;
  entry.key = key.entry.names.key;
  entry.path = path;
  entry.state = State::kLeftover;
  for (const BucketObject& object : objects) {
    entry.size += object.size;
    entry.downloaded = entry.used = std::max(entry.used, object.modified);
  }
  entry.files = objects.size();
  return entry;
}

}  // namespace

Result<std::vector<Entry>> BucketCache::list() const {
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
  TFHUB_ASSIGN(const auto keys, survey_bucket(*bucket_, timeout));
  std::vector<Entry> entries;
  for (const auto& [name, key] : keys) {
    const EntryPaths& names = key.entry.names;
    if (key.entry.descriptor || !key.entry.files.empty() || key.held) {
      entries.push_back(describe_key(key, path_of(names)));
      if (key.entry.is_alias()) {
        if (const BucketKey* tree = tree_of(keys, key)) entries.back().state = tree->entry.state;
      }
    }
    if (key.held) continue;
    if (!key.lock.empty()) entries.push_back(leftover(key, directory() + "/" + names.lock(), key.lock));
    if (!key.others.empty()) {
      const std::string& first = key.others.front().name;
      entries.push_back(leftover(key, directory() + "/" + first.substr(0, first.find('/')), key.others));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.handle, a.path) < std::tie(b.handle, b.path);
  });
  return entries;
}

}  // namespace tfhub::cache
