#include "cache/bucket/survey.h"

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "cache/bucket/lock.h"
#include "protocol/handle.h"

namespace tfhub::cache {
namespace {

void sort_in(BucketObject object, std::map<std::string, BucketKey>& keys) {
  const size_t slash = object.name.find('/');
  const auto parsed = parse_name(std::string_view(object.name).substr(0, slash));
  if (!parsed) return;
  BucketKey& key = keys[parsed->key];
  key.entry.names.key = parsed->key;
  switch (parsed->role) {
    case ParsedName::Role::kModel:
      // M alone, without a slash, is nobody's.
      if (slash == std::string::npos) return;
      object.name.erase(0, slash + 1);
      key.entry.files.push_back(std::move(object));
      return;
    case ParsedName::Role::kDescriptor:
      key.has_descriptor = true;
      return;
    case ParsedName::Role::kLock:
      key.lock.push_back(std::move(object));
      return;
    case ParsedName::Role::kPrivate:
      key.others.push_back(std::move(object));
  }
}

// Whether the holder of this lock is dead, as far as one look tells: nothing of it is younger than he may be
// silent, by the bucket's clock against ours.
bool is_abandoned_in_bucket(const std::string& content, std::chrono::system_clock::time_point last_sign,
                            std::chrono::milliseconds lock_timeout) {
  return std::chrono::system_clock::now() - last_sign > lock_patience(content, lock_timeout);
}

Result<void> look_closer(BucketBackend& bucket, std::chrono::milliseconds lock_timeout, BucketKey& key) {
  std::optional<std::string> text;
  if (key.has_descriptor) {
    TFHUB_ASSIGN(text, bucket.read(key.entry.names.descriptor()));
  }
  if (text) key.entry.descriptor = Descriptor::parse(std::move(*text));
  const auto& descriptor = key.entry.descriptor;
  key.entry.state = judge_bucket_tree(descriptor ? &*descriptor : nullptr, key.entry.files);
  if (key.lock.empty()) return {};
  TFHUB_ASSIGN(const auto content, bucket.read(key.lock.front().name));
  if (!content) {
    key.lock.clear();
    return {};
  }
  auto last_sign = key.lock.front().modified;
  for (const BucketObject& other : key.others) last_sign = std::max(last_sign, other.modified);
  key.held = !is_abandoned_in_bucket(*content, last_sign, lock_timeout);
  return {};
}

}  // namespace

const BucketKey* tree_of(const std::map<std::string, BucketKey>& keys, const BucketKey& key) {
  if (!key.entry.is_alias()) return &key;
  const auto found = keys.find(key.entry.descriptor->alias_key());
  return found == keys.end() ? nullptr : &found->second;
}

Result<std::map<std::string, BucketKey>> survey_bucket(BucketBackend& bucket,
                                                       std::chrono::milliseconds lock_timeout) {
  std::map<std::string, BucketKey> keys;
  TFHUB_ASSIGN(auto objects, bucket.list({}));
  for (BucketObject& object : objects) sort_in(std::move(object), keys);
  std::vector<BucketKey*> found;
  found.reserve(keys.size());
  for (auto& [name, key] : keys) found.push_back(&key);
  TFHUB_TRY(in_parallel(found.size(), kReadsAtOnce,
                        [&](size_t i) { return look_closer(bucket, lock_timeout, *found[i]); }));
  return keys;
}

}  // namespace tfhub::cache
