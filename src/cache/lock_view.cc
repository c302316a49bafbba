// Judging a lock file: who holds it, and whether he lives.
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <ctime>

#include "base/error.h"
#include "cache/lock.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

// When the process began, by /proc/<pid>/stat's 22nd field (clock ticks since boot).
std::optional<Clock::time_point> process_started(pid_t pid) {
  const auto text = os::read_file(fmt::format("/proc/{}/stat", pid));
  if (!text) return std::nullopt;
  // The second field is the program's name in parentheses, and may hold anything.
  size_t at = text->rfind(')');
  for (int field = 2; field < 22; ++field) {
    if (at == std::string::npos) return std::nullopt;
    at = text->find(' ', at + 1);
  }
  if (at == std::string::npos) return std::nullopt;
  uint64_t ticks = 0;
  const auto [end, error] = std::from_chars(text->data() + at + 1, text->data() + text->size(), ticks);
  timespec since_boot{};
  if (error != std::errc() || ::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return std::nullopt;
  const auto age = std::chrono::seconds(since_boot.tv_sec) + std::chrono::nanoseconds(since_boot.tv_nsec) -
                   std::chrono::milliseconds(ticks * 1000 / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK)));
  return Clock::now() - std::chrono::duration_cast<Clock::duration>(age);
}

// Process numbers are used again, and in containers almost always: number 1 of a restarted one is not the
// number 1 that was killed. Whoever began after the file was written did not write it. The margin is for
// clocks: a file server's may run behind ours, and ours may have been set; erring towards "alive" costs only
// patience.
bool began_after(pid_t pid, Clock::time_point written) {
  constexpr auto kMargin = std::chrono::seconds(2);
  const auto started = process_started(pid);
  return started && *started > written + kMargin;
}

// Whether a second lock on the same file is refused while we hold one. Some network file systems grant every
// lock.
bool kernel_locks_work(const std::string& path) {
  auto fd = os::open_read(path);
  if (!fd) return false;
  const auto second = os::FileLock::try_lock(std::move(*fd));
  return second && !*second;
}

Standing judge(const LockView& view, bool kernel_lock_tells) {
  // Both clients write the file whole. One that does not parse was cut by a crash of the machine.
  if (!view.owner) return Standing::kDoubtful;
  if (view.owner->host != os::host_name()) return Standing::kUnknown;
  if (!is_our_token(view.owner->token)) return view.owner_is_here ? Standing::kUnknown : Standing::kDoubtful;
  // One of ours holds the kernel lock while it lives, in whatever container; so this one is dead, and a
  // running process of its number is another one. Where kernel locks tell nothing, it is as with
  // tensorflow_hub's.
  if (kernel_lock_tells) return view.owner_is_here ? Standing::kDoubtful : Standing::kDead;
  return view.owner_is_here ? Standing::kUnknown : Standing::kDoubtful;
}

}  // namespace

KernelLock ask_kernel_lock(const std::string& path) {
  auto fd = os::open_read(path);
  if (!fd) return KernelLock::kUntold;
  const auto lock = os::FileLock::try_lock(std::move(*fd));
  if (!lock) return KernelLock::kUntold;
  if (!*lock) return KernelLock::kHeld;
  return kernel_locks_work(path) ? KernelLock::kFree : KernelLock::kUntold;
}

Result<std::optional<LockView>> look_at_lock(const EntryPaths& paths) {
  const std::string path = paths.lock();
  auto content = read_lock_file(path);
  if (!content && content.error().code() == Code::kNotFound) return std::nullopt;
  if (!content) return fail(std::move(content).error());
  LockView view;
  view.content = std::move(*content);
  view.owner = parse_lock(view.content);
  TFHUB_ASSIGN(const auto info, os::stat(path, /*follow=*/false));
  if (!info) return std::nullopt;
  view.written = info->modified;
  if (info->type != os::FileInfo::Type::kFile) {
    view.standing = Standing::kDoubtful;
    return view;
  }

  auto fd = os::open_read(path);
  if (!fd && fd.error().code() == Code::kNotFound) return std::nullopt;
  bool kernel_lock_tells = false;
  if (fd) {
    auto locked = os::FileLock::try_lock(std::move(*fd));
    if (locked && !*locked) {
      view.standing = Standing::kAlive;
      view.owner_is_here = true;
      return view;
    }
    if (locked) {
      view.kernel_lock = std::move(*locked);
      kernel_lock_tells = kernel_locks_work(path);
    }
  }
  if (view.owner && view.owner->host == os::host_name())
    view.owner_is_here = os::process_exists(view.owner->pid) && !began_after(view.owner->pid, view.written);
  view.standing = judge(view, kernel_lock_tells);
  return view;
}

}  // namespace tfhub::cache
