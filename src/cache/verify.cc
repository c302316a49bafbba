#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/interruption.h"
#include "cache/damage.h"
#include "cache/directory_cache.h"
#include "cache/entry.h"
#include "cache/survey.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

// How one file differs from its record; empty: not at all.
std::string difference(const std::string& path, const RecordedFile& recorded) {
  const auto info = os::stat(path);
  if (!info) return info.error().message();
  if (!*info) return "is missing";
  if ((*info)->type != os::FileInfo::Type::kFile) return "is not a regular file";
  if (auto difference = size_difference((*info)->size, recorded); !difference.empty()) return difference;
  const auto content = os::FileSource::open(path).and_then(
      [&](os::FileSource file) { return content_difference(file, recorded); });
  return content ? *content : content.error().message();
}

class Verifier {
 public:
  Result<void> verify(const EntryOnDisk& entry) {
    handle_ = entry.descriptor ? entry.descriptor->handle() : std::string();
    const std::string model = entry.tree_paths().model();
    if (entry.name.kind == ModelName::Kind::kNothing)
      return found(model, "is missing: there is only its descriptor");
    TFHUB_ASSIGN(auto foreign, find_foreign(entry.paths.model(), entry.paths.owners));
    if (!foreign && entry.paths.owners != Owners::kAnybody && !is_ours_at(entry.tree_paths().descriptor()))
      foreign = entry.tree_paths().descriptor();
    if (foreign)
      return found(*foreign, "belongs to another user, or others may write in it, so it is not believed");
    const auto& descriptor = entry.tree_descriptor();
    if (entry.is_alias()) {
      TFHUB_ASSIGN(const bool target_is_there, os::exists(model));
      if (!target_is_there) return found(entry.paths.model(), "is an alias of a model that is gone");
    }
    if (descriptor && descriptor->record() == Descriptor::Record::kTorn)
      return found(entry.tree_paths().descriptor(),
                   "is damaged: its record of the files does not match its checksum");
    if (!descriptor || !descriptor->has_files()) {
      if (entry.state == State::kBroken) return found(model, "is half deleted or empty");
      ++foreign_;
      return {};
    }
    return verify_files(model, *descriptor);
  }

  size_t findings() const { return damage_.size(); }
  void forget_from(size_t first) { damage_.resize(std::min(first, damage_.size())); }
  void unreadable(const std::string& model, const Error& error) {
    damage_.push_back({{}, model, "cannot be read: " + error.message()});
  }

  std::vector<Damage> take_damage() { return std::move(damage_); }
  uint64_t foreign() const { return foreign_; }

 private:
  Result<void> found(const std::string& path, std::string what) {
    damage_.push_back({handle_, path, std::move(what)});
    return {};
  }

  Result<void> verify_files(const std::string& model, const Descriptor& descriptor) {
    std::set<std::string> expected;
    Result<void> go_on;
    const bool readable = descriptor.every_file([&](const RecordedFile& file) {
      expected.emplace(file.path);
      const std::string path = os::join(model, file.path);
      if (std::string what = difference(path, file); !what.empty()) (void)found(path, std::move(what));
      go_on = check_interrupted();
      return go_on.has_value();
    });
    TFHUB_TRY(go_on);
    if (!readable) return found(model, "has a record that cannot be read");
    TFHUB_ASSIGN(const auto present, os::walk(model));
    for (const os::WalkEntry& file : present)
      if (file.info.type != os::FileInfo::Type::kDirectory && !expected.contains(file.path))
        (void)found(os::join(model, file.path), kNotInRecord);
    return {};
  }

  std::string handle_;
  std::vector<Damage> damage_;
  uint64_t foreign_ = 0;
};

}  // namespace

Result<std::vector<Damage>> DirectoryCache::verify(const std::optional<std::string>& handle) const {
  Verifier verifier;
  if (handle) {
    TFHUB_ASSIGN(EntryPaths paths, paths_of(*handle));
    TFHUB_ASSIGN(const auto entry, read_entry(std::move(paths)));
    if (!entry) return fail(Code::kNotFound, "{} is not in the cache directory {}", *handle, directory());
    TFHUB_TRY(verifier.verify(*entry));
  } else {
    TFHUB_ASSIGN(const auto keys, survey(directory()));
    for (const auto& [key, found] : keys) {
      // Gone, or being filled for the first time: nothing to verify.
      if (!found.model && (!found.descriptor || found.lock)) continue;
      const EntryPaths paths = paths_of_key(key);
      auto done = read_entry(paths).and_then([&](const std::optional<EntryOnDisk>& entry) -> Result<void> {
        // A sound alias stands for an entry that is verified itself.
        if (!entry || (entry->is_alias() && entry->usable())) return {};
        const size_t before = verifier.findings();
        auto verified = verifier.verify(*entry);
        // Taken away while it was looked at: what it missed is no damage.
        const auto still = os::stat(paths.model(), /*follow=*/false);
        if (entry->name.kind == ModelName::Kind::kNothing || !still || *still) return verified;
        verifier.forget_from(before);
        return {};
      });
      TFHUB_TRY(check_interrupted());
      // One that somebody removes meanwhile is no entry any more; one that cannot be read is one bad entry.
      if (!done && done.error().code() != Code::kNotFound) verifier.unreadable(paths.model(), done.error());
    }
  }
  warn_unrecorded(verifier.foreign());
  return verifier.take_damage();
}

}  // namespace tfhub::cache
