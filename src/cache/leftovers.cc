#include "cache/leftovers.h"

#include <algorithm>
#include <set>
#include <thread>

#include "base/error.h"
#include "cache/lock.h"
#include "cache/part.h"
#include "cache/survey.h"
#include "cache/waiter.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

struct Suspect {
  Leftover leftover;
  bool certain = false;
  std::string state;  // two of these, a second apart, differ if somebody works on it
};

// Size, and the youngest change, of whatever lies at `path`; empty where nothing does.
std::string state_of(const std::string& path, uint64_t* size = nullptr,
                     Clock::time_point* youngest = nullptr) {
  const auto info = os::stat(path, false);
  if (!info || !*info) return {};
  uint64_t bytes = (*info)->type == os::FileInfo::Type::kFile ? (*info)->size : 0;
  Clock::time_point latest = (*info)->modified;
  if ((*info)->type == os::FileInfo::Type::kDirectory)
    if (const auto files = os::walk(path))
      for (const os::WalkEntry& file : *files) {
        if (file.info.type == os::FileInfo::Type::kFile) bytes += file.info.size;
        latest = std::max(latest, file.info.modified);
      }
  if (size != nullptr) *size = bytes;
  if (youngest != nullptr) *youngest = latest;
  return fmt::format("{} {} {}", (*info)->inode, bytes, latest.time_since_epoch().count());
}

// Whether a holder of whom nothing is known has been silent for longer than TFHUB_LOCK_TIMEOUT, by the file
// times.
bool is_abandoned(const EntryPaths& paths, const LockView& view, std::chrono::milliseconds timeout) {
  Clock::time_point youngest = view.written;
  if (view.owner) state_of(paths.staging(view.owner->token), nullptr, &youngest);
  return Clock::now() - std::max(youngest, view.written) > timeout;
}

void add(std::vector<Suspect>& suspects, const EntryPaths& paths, std::string path, bool certain,
         bool is_lock) {
  Suspect suspect;
  suspect.leftover = {paths, std::move(path), {}, 0, is_lock};
  suspect.leftover.why =
      is_lock ? "the lock of a process that is gone" : "left behind by a process that is gone";
  suspect.certain = certain;
  suspect.state = state_of(suspect.leftover.path, &suspect.leftover.size);
  if (!suspect.state.empty()) suspects.push_back(std::move(suspect));
}

// One key's. While somebody alive holds the lock, the private names of this key are left alone, whatever
// token they carry: a rival who has lost the lock file may still be at work.
Result<void> add_suspects(std::vector<Suspect>& suspects, const EntryPaths& paths, const KeySurvey& found,
                          std::chrono::milliseconds timeout) {
  TFHUB_ASSIGN(const auto view, look_at_lock(paths));
  if (view && view->standing == Standing::kAlive) return {};
  if (view && view->standing == Standing::kUnknown && !is_abandoned(paths, *view, timeout)) return {};
  const bool dead = view && view->standing == Standing::kDead;
  for (const auto& name : found.private_names) {
    if (name.name.part && is_kept_part(name.path)) continue;
    const bool of_this_lock = view && view->owner && view->owner->token == name.name.token;
    bool certain = dead && of_this_lock;
    if (name.name.lock_file) {
      // A lock file on its way in or out belongs to whoever holds its kernel lock.
      const KernelLock kernel_lock = ask_kernel_lock(name.path);
      if (kernel_lock == KernelLock::kHeld) continue;
      certain = kernel_lock == KernelLock::kFree;
    }
    add(suspects, paths, name.path, certain, false);
  }
  if (view) add(suspects, paths, paths.lock(), dead, true);
  return {};
}

}  // namespace

Result<std::vector<Leftover>> find_leftovers(const std::string& directory,
                                             std::chrono::milliseconds lock_timeout) {
  TFHUB_ASSIGN(const auto keys, survey(directory));
  std::vector<Suspect> suspects;
  bool watch = false;
  for (const auto& [key, found] : keys)
    if (found.lock || !found.private_names.empty())
      TFHUB_TRY(add_suspects(suspects, EntryPaths{directory, key}, found, lock_timeout));
  for (const Suspect& suspect : suspects) watch = watch || !suspect.certain;
  if (watch) std::this_thread::sleep_for(kDoubtPatience);

  // One file that grew speaks for all of its key: its lock may be the only thing that stood still.
  std::set<std::string> alive;
  for (const Suspect& suspect : suspects)
    if (!suspect.certain && state_of(suspect.leftover.path) != suspect.state)
      alive.insert(suspect.leftover.paths.key);
  std::vector<Leftover> leftovers;
  for (Suspect& suspect : suspects)
    if (suspect.certain || !alive.contains(suspect.leftover.paths.key))
      leftovers.push_back(std::move(suspect.leftover));
  return leftovers;
}

Result<bool> remove_leftover(const Leftover& leftover) {
  TFHUB_ASSIGN(const auto view, look_at_lock(leftover.paths));
  if (!leftover.is_lock) {
    // A private name never comes back to life, but its key may have a new holder, and that may be its owner's
    // rival.
    if (view && view->standing == Standing::kAlive) return false;
    TFHUB_TRY(os::remove_tree(leftover.path));
    return true;
  }
  if (!view || view->standing == Standing::kAlive) return false;
  TFHUB_TRY(take_away(leftover.paths, *view));
  return true;
}

}  // namespace tfhub::cache
