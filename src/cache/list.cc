#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "base/log.h"
#include "cache/directory_cache.h"
#include "cache/entry.h"
#include "cache/lock.h"
#include "cache/survey.h"
#include "cache/waiter.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

Clock::time_point modified(const std::string& path) {
  const auto info = os::stat(path, false);
  return info && *info ? (*info)->modified : Clock::time_point();
}

// By the record where it is known to hold, else by looking.
void add_sizes(const EntryOnDisk& on_disk, Entry& entry) {
  if (on_disk.state == State::kComplete) {
    on_disk.descriptor->every_file([&](const RecordedFile& file) {
      entry.size += file.size;
      ++entry.files;
      return true;
    });
    return;
  }
  const auto files = os::walk(on_disk.paths.model());
  if (!files) return;
  for (const os::WalkEntry& file : *files) {
    if (file.info.type != os::FileInfo::Type::kFile) continue;
    entry.size += file.info.size;
    ++entry.files;
  }
}

Entry describe(const EntryOnDisk& on_disk) {
  Entry entry;
  entry.key = on_disk.paths.key;
  entry.path = on_disk.paths.model();
  entry.state = on_disk.usable() ? on_disk.state : State::kBroken;
  if (on_disk.descriptor) {
    entry.handle = on_disk.descriptor->handle();
    entry.downloaded = on_disk.descriptor->downloaded();
    entry.used = on_disk.descriptor->used();
  } else {
    entry.downloaded = entry.used = modified(entry.path);
  }
  if (on_disk.is_alias()) {
    if (on_disk.target_descriptor) entry.alias_of = on_disk.target_descriptor->handle();
    if (entry.alias_of.empty() && on_disk.descriptor) entry.alias_of = on_disk.descriptor->alias_of();
    if (entry.alias_of.empty()) entry.alias_of = on_disk.name.target;
  } else if (on_disk.name.kind == ModelName::Kind::kTree) {
    add_sizes(on_disk, entry);
  }
  return entry;
}

// What a lock file and the private names say: somebody is filling, or somebody died doing so.
Entry describe_work(const EntryPaths& paths, State state, const std::string& path) {
  Entry entry;
  entry.key = paths.key;
  entry.path = path;
  entry.state = state;
  entry.downloaded = entry.used = modified(path);
  const auto info = os::stat(path, false);
  const bool is_tree = info && *info && (*info)->type == os::FileInfo::Type::kDirectory;
  entry.size = is_tree ? os::tree_size(path) : 0;
  return entry;
}

}  // namespace

Result<std::vector<Entry>> DirectoryCache::list() const {
  TFHUB_ASSIGN(const auto keys, survey(directory()));
  std::vector<Entry> entries;
  for (const auto& [key, found] : keys) {
    const EntryPaths paths = paths_of_key(key);
    const auto read = read_entry(paths);
    const auto looked = look_at_lock(paths);
    if (!read || !looked) {
      const Error& error = read ? looked.error() : read.error();
      // One that somebody removes meanwhile is no entry any more; one that cannot be read is one bad entry.
      if (error.code() != Code::kNotFound) {
        debug("{}: {}", paths.model(), error.message());
        entries.push_back(describe_work(paths, State::kBroken, paths.model()));
      }
      continue;
    }
    const auto& on_disk = *read;
    const auto& lock = *looked;
    const bool alive = lock && (lock->standing == Standing::kAlive || lock->standing == Standing::kUnknown);
    const bool usable = on_disk && on_disk->usable();
    const std::string token = lock && lock->owner ? lock->owner->token : std::string();
    if (on_disk && (usable || !alive)) entries.push_back(describe(*on_disk));
    if (alive && !usable) {
      entries.push_back(describe_work(paths, State::kFilling, paths.staging(token)));
      if (on_disk && on_disk->descriptor) entries.back().handle = on_disk->descriptor->handle();
    }
    if (lock && !alive) entries.push_back(describe_work(paths, State::kLeftover, paths.lock()));
    if (alive) continue;
    for (const auto& name : found.private_names)
      entries.push_back(describe_work(paths, State::kLeftover, name.path));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.handle, a.path) < std::tie(b.handle, b.path);
  });
  return entries;
}

}  // namespace tfhub::cache
