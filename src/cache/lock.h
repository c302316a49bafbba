// M.lock: the lock file that tensorflow_hub and we respect, with a kernel lock of ours on that very file.
//
// The file keeps everybody out; the kernel lock only tells at once that a holder of ours has finished or
// died. On a file system where kernel locks are missing or lie, waiting takes longer and two may download one
// model; what appears under M is whole all the same, since every holder fills a directory of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/layout.h"
#include "os/process.h"
#include "tfhub/result.h"

namespace tfhub::cache {

// A held M.lock, removed by the destructor.
class EntryLock {
 public:
  // Nothing: there is a lock file already. An error: this directory cannot be written.
  static Result<std::optional<EntryLock>> try_acquire(const EntryPaths& paths);
  ~EntryLock();
  EntryLock(EntryLock&& other) noexcept
      : path_(std::exchange(other.path_, {})),
        token_(std::move(other.token_)),
        content_(std::move(other.content_)),
        kernel_lock_(std::move(other.kernel_lock_)) {}
  EntryLock& operator=(EntryLock&&) = delete;

  // Names what the holder fills: M.<token>.tmp.
  const std::string& token() const { return token_; }

 private:
  EntryLock(std::string path, std::string token, std::string content,
            std::unique_ptr<os::FileLock> kernel_lock)
      : path_(std::move(path)),
        token_(std::move(token)),
        content_(std::move(content)),
        kernel_lock_(std::move(kernel_lock)) {}
  std::string path_, token_, content_;
  std::unique_ptr<os::FileLock> kernel_lock_;  // null where the file system has none
};

// What a lock file says: its first 4 KiB. What is no regular file (a link or a FIFO, planted in a shared
// directory) is not opened and says nothing sensible, so it is treated like any lock whose holder cannot be
// known. kNotFound: none.
Result<std::string> read_lock_file(const std::string& path);

// Who wrote a lock file: "<host name>.<pid>.<token>"; a host name may hold dots.
struct LockOwner {
  std::string host;
  pid_t pid = 0;
  std::string token;
};
std::optional<LockOwner> parse_lock(std::string_view content);

// The kernel lock on the file at `path`. kUntold: this file system grants every lock, or none. It is held for
// the moment of asking.
enum class KernelLock { kFree, kHeld, kUntold };
KernelLock ask_kernel_lock(const std::string& path);

// What can be known of a lock file's holder.
enum class Standing {
  kAlive,     // holds the kernel lock
  kUnknown,   // on another host, or a process of that number runs here: abandoned only after
              // TFHUB_LOCK_TIMEOUT
  kDoubtful,  // no such process here, but two containers may share a host name: dead if nothing grows for a
              // second
  kDead,      // ours, the kernel lock is free and the process is gone
};

struct LockView {
  std::string content;
  std::optional<LockOwner> owner;
  std::chrono::system_clock::time_point written;
  Standing standing = Standing::kUnknown;
  bool owner_is_here = false;  // a process of this host that may be the owner runs
  std::optional<os::FileLock>
      kernel_lock;  // held by this view where it was free: nobody of ours judges it meanwhile
};
// Nothing: there is no lock file.
Result<std::optional<LockView>> look_at_lock(const EntryPaths& paths);

// Removes what a holder that is gone had begun, then its lock file, unless somebody else's stands there by
// now.
Result<void> take_away(const EntryPaths& paths, const LockView& view);

}  // namespace tfhub::cache
