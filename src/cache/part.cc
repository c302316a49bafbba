#include "cache/part.h"

#include <optional>

#include "base/error.h"
#include "cache/survey.h"
#include "os/file.h"
#include "os/process.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

// When a regular file of ours was last written to; nullopt: it is no such file.
std::optional<Clock::time_point> written(const std::string& path, Owners owners = Owners::kAnybody) {
  const auto info = os::stat(path, /*follow=*/false);
  if (!info || !*info || (*info)->type != os::FileInfo::Type::kFile) return std::nullopt;
  if (owners != Owners::kAnybody && !is_ours_at(path)) return std::nullopt;
  return (*info)->modified;
}

// Its writer holds the kernel's lock on it. Where that lock tells nothing, it is left to him.
bool is_free(const std::string& path) {
  auto fd = os::open_read(path);
  if (!fd) return false;
  const auto lock = os::FileLock::try_lock(std::move(*fd));
  return lock && lock->has_value();
}

}  // namespace

bool is_kept_part(const std::string& path) {
  const auto when = written(path);
  return when && Clock::now() - *when < kPartLasts;
}

Result<void> adopt_part(const EntryPaths& paths, const std::string& part) {
  TFHUB_ASSIGN(const auto keys, survey(paths.directory));
  const auto found = keys.find(paths.key);
  if (found == keys.end()) return {};
  std::optional<std::string> best;
  Clock::time_point best_time;
  for (const KeySurvey::Private& name : found->second.private_names) {
    if (!name.name.part || !is_free(name.path)) continue;
    const auto when = written(name.path, paths.owners);
    const bool better = when && is_kept_part(name.path) && (!best || *when > best_time);
    const std::string worse = better ? best.value_or("") : name.path;
    if (!worse.empty()) (void)os::remove_tree(worse);
    if (!better) continue;
    best = name.path;
    best_time = *when;
  }
  return best ? os::rename(*best, part) : Result<void>();
}

}  // namespace tfhub::cache
