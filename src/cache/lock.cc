#include "cache/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <memory>

#include "base/error.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::cache {
namespace {

constexpr int kLockAttempts = 3;

bool is_content(const std::string& path, const std::string& content) {
  const auto now = read_lock_file(path);
  return now && *now == content;
}

// The lock file is made under another name, filled and locked there, and only then renamed: whoever sees
// M.lock sees it whole and, if it is ours, kernel-locked for as long as its holder lives.
Result<std::unique_ptr<os::FileLock>> make_locked_file(const std::string& path, const std::string& content,
                                                       mode_t mode) {
  os::UniqueFd fd(os::syscalls().openat(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return fail_system(errno, "cannot create " + path);
  if (auto written = os::write_all(fd.get(), as_bytes(content), path); !written) {
    os::syscalls().unlinkat(AT_FDCWD, path.c_str(), 0);
    return fail(std::move(written).error());
  }
  auto locked = os::FileLock::try_lock(std::move(fd));
  // No kernel locks on this file system: then the lock file alone has to do.
  if (!locked || !*locked) return nullptr;
  return std::make_unique<os::FileLock>(std::move(**locked));
}

}  // namespace

Result<std::string> read_lock_file(const std::string& path) {
  constexpr uint64_t kLongest = 4096;
  TFHUB_ASSIGN(const auto info, os::stat(path, /*follow=*/false));
  if (!info) return fail(Code::kNotFound, "there is no lock file {}", path);
  if (info->type != os::FileInfo::Type::kFile) return std::string("no file at all");
  TFHUB_ASSIGN(auto source, os::FileSource::open(path, 0, kLongest));
  std::string content(kLongest, '\0');
  TFHUB_ASSIGN(const size_t size, source.read(std::as_writable_bytes(std::span(content))));
  content.resize(size);
  return content;
}

Result<std::optional<EntryLock>> EntryLock::try_acquire(const EntryPaths& paths) {
  for (int attempt = 1;; ++attempt) {
    std::string token = new_token();
    std::string content = fmt::format("{}.{}.{}", os::host_name(), os::process_id(), token);
    const std::string temporary = paths.new_lock(token);
    TFHUB_ASSIGN(auto kernel_lock, make_locked_file(temporary, content, mode_of(paths.owners) & 0666));
    auto placed = os::rename_no_replace(temporary, paths.lock());
    if (placed && *placed)
      return EntryLock(paths.lock(), std::move(token), std::move(content), std::move(kernel_lock));
    os::syscalls().unlinkat(AT_FDCWD, temporary.c_str(), 0);
    if (placed) return std::nullopt;
    // A prune at this very moment may have found the temporary name before it was locked.
    if (placed.error().code() != Code::kNotFound || attempt == kLockAttempts)
      return fail(std::move(placed).error());
  }
}

EntryLock::~EntryLock() {
  if (path_.empty()) return;  // moved from
  // As tensorflow_hub does: only if it is still ours. It takes a lock away that seems abandoned.
  if (is_content(path_, content_)) os::syscalls().unlinkat(AT_FDCWD, path_.c_str(), 0);
  // Said aloud, not left to close(): a child that another thread forked meanwhile has a copy of the
  // descriptor.
  if (kernel_lock_) ::flock(kernel_lock_->fd(), LOCK_UN);
}

std::optional<LockOwner> parse_lock(std::string_view content) {
  const size_t before_token = content.rfind('.');
  if (before_token == content.npos || before_token == 0) return std::nullopt;
  const size_t before_pid = content.rfind('.', before_token - 1);
  if (before_pid == content.npos) return std::nullopt;
  LockOwner owner{std::string(content.substr(0, before_pid)), 0,
                  std::string(content.substr(before_token + 1))};
  const std::string_view pid = content.substr(before_pid + 1, before_token - before_pid - 1);
  const auto [end, error] = std::from_chars(pid.data(), pid.data() + pid.size(), owner.pid);
  if (error != std::errc() || end != pid.data() + pid.size() || !is_token(owner.token)) return std::nullopt;
  return owner;
}

Result<void> take_away(const EntryPaths& paths, const LockView& view) {
  // First what the holder had begun, then the lock: a taker that dies in between leaves the next one the same
  // work. A process that runs here and only stood still removes its own, and may yet come to an end.
  if (view.owner && !view.owner_is_here) {
    const std::string& token = view.owner->token;
    for (const std::string& path : {paths.staging(token), paths.aside(token), paths.new_descriptor(token)})
      TFHUB_TRY(os::remove_tree(path));
  }
  // Out of the way first and looked at there: between a look and an unlink another taker may have put its own
  // lock in this place. Such a one is put back.
  if (!is_content(paths.lock(), view.content)) return {};
  const std::string stale = paths.stale_lock(new_token());
  if (auto renamed = os::rename(paths.lock(), stale); !renamed) {
    if (renamed.error().code() == Code::kNotFound) return {};
    return renamed;
  }
  if (!is_content(stale, view.content)) {
    TFHUB_ASSIGN(const bool back, os::rename_no_replace(stale, paths.lock()));
    if (back) return {};
  }
  return os::remove_tree(stale);
}

}  // namespace tfhub::cache
