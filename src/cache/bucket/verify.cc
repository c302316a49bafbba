#include <algorithm>
#include <mutex>
#include <tuple>
#include <unordered_map>

#include "base/error.h"
#include "base/parallel.h"
#include "base/settings.h"
#include "cache/bucket/bucket_cache.h"
#include "cache/bucket/survey.h"
#include "cache/damage.h"

namespace tfhub::cache {
namespace {

class BucketVerifier {
 public:
  explicit BucketVerifier(BucketBackend& bucket) : bucket_(bucket) {}

  Result<void> verify(const BucketEntry& entry) {
    const std::string handle = entry.descriptor ? entry.descriptor->handle() : std::string();
    const std::string model = bucket_.url() + "/" + entry.names.model();
    if (!entry.descriptor) return found({handle, model, "is unfinished: it has no descriptor"});
    if (entry.is_alias()) return found({handle, model, "is an alias of a model that is gone or broken"});
    if (entry.descriptor->record() == Descriptor::Record::kTorn)
      return found({handle, bucket_.url() + "/" + entry.names.descriptor(),
                    "is damaged: its record of the files does not match its checksum"});
    if (!entry.descriptor->has_files()) {
      if (!entry.usable()) return found({handle, model, "is half deleted or empty"});
      ++foreign_;
      return {};
    }
    return verify_files(entry, handle, model);
  }

  std::vector<Damage> take_damage() {
    std::sort(damage_.begin(), damage_.end(), [](const Damage& a, const Damage& b) {
      return std::tie(a.handle, a.path) < std::tie(b.handle, b.path);
    });
    return std::move(damage_);
  }
  uint64_t foreign() const { return foreign_; }

 private:
  Result<void> found(Damage damage) {
    const std::lock_guard guard(mutex_);
    damage_.push_back(std::move(damage));
    return {};
  }

  Result<void> verify_files(const BucketEntry& entry, const std::string& handle, const std::string& model) {
    std::unordered_map<std::string_view, uint64_t> sizes;
    for (const BucketObject& file : entry.files) sizes.emplace(file.name, file.size);
    std::vector<std::pair<RecordedFile, uint64_t>> files;  // and the size that it has
    const bool readable = entry.descriptor->every_file([&](const RecordedFile& file) {
      if (const auto there = sizes.extract(file.path)) {
        files.emplace_back(file, there.mapped());
      } else {
        (void)found({handle, model + "/" + std::string(file.path), "is missing"});
      }
      return true;
    });
    if (!readable) return found({handle, model, "has a record that cannot be read"});
    for (const auto& [path, size] : sizes)
      (void)found({handle, model + "/" + std::string(path), kNotInRecord});
    return in_parallel(files.size(), kReadsAtOnce, [&](size_t i) -> Result<void> {
      const auto& [file, size] = files[i];
      const std::string path(file.path);
      std::string what = size_difference(size, file);
      if (what.empty()) {
        TFHUB_ASSIGN(const auto content, bucket_.open(entry.names.model() + "/" + path));
        TFHUB_ASSIGN(what, content_difference(*content, file));
      }
      return what.empty() ? Result<void>() : found({handle, model + "/" + path, std::move(what)});
    });
  }

  BucketBackend& bucket_;
  std::mutex mutex_;
  std::vector<Damage> damage_;
  uint64_t foreign_ = 0;
};

}  // namespace

Result<std::vector<Damage>> BucketCache::verify(const std::optional<std::string>& handle) const {
  BucketVerifier verifier(*bucket_);
  if (handle) {
    TFHUB_ASSIGN(const EntryPaths names, entry_paths({}, *handle));
    TFHUB_ASSIGN(BucketEntry entry, read_bucket_entry(*bucket_, names));
    if (!entry.descriptor) return fail(Code::kNotFound, "{} is not in the cache {}", *handle, directory());
    if (entry.is_alias()) {
      const EntryPaths target{{}, entry.descriptor->alias_key()};
      TFHUB_ASSIGN(BucketEntry tree, read_bucket_entry(*bucket_, target));
      if (tree.usable()) entry = std::move(tree);
    }
    TFHUB_TRY(verifier.verify(entry));
  } else {
    TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kLockTimeout));
    TFHUB_ASSIGN(const auto keys, survey_bucket(*bucket_, timeout));
    for (const auto& [name, key] : keys) {
      const bool nothing = !key.entry.descriptor && key.entry.files.empty();
      if (key.held || nothing) continue;
      // A sound alias stands for an entry that is verified itself.
      const BucketKey* const tree = tree_of(keys, key);
      if (key.entry.is_alias() && tree != nullptr && tree->entry.usable()) continue;
      TFHUB_TRY(verifier.verify(key.entry));
    }
  }
  warn_unrecorded(verifier.foreign());
  return verifier.take_damage();
}

}  // namespace tfhub::cache
