#include "store/temporary_area.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "os/file.h"
#include "os/syscalls.h"
#include "store/key.h"
#include "store/process_mark.h"

namespace tfhub::store {
namespace {

// What we cannot judge (another host's, or not ours at all) goes after a day without a change.
constexpr auto kOld = std::chrono::hours(24);

// Dirty pages are handed to the disk in pieces of this size while the object is still being written.
constexpr uint64_t kWritebackStep = 8 << 20;

bool can_lock(const std::string& path) {
  auto fd = os::open_read(path);
  if (!fd) return false;
  const auto lock = os::FileLock::try_lock(std::move(*fd));
  return lock && lock->has_value();
}

bool is_left_over(const std::string& path, std::string_view name) {
  const auto mark = ProcessMark::parse(name.substr(0, name.rfind('.')));
  const Life life = mark ? life_of(*mark, can_lock(path)) : Life::kUnknown;
  if (life != Life::kUnknown) return life == Life::kDead;
  const auto info = os::stat(path, false);
  return info && *info && std::chrono::system_clock::now() - (*info)->modified > kOld;
}

}  // namespace

TemporaryObject::~TemporaryObject() {
  if (!path_.empty()) os::syscalls().unlinkat(AT_FDCWD, path_.c_str(), 0);
}

TemporaryObject::TemporaryObject(TemporaryObject&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      fd_(std::move(other.fd_)),
      size_(other.size_),
      handed_(other.handed_) {}

Result<void> TemporaryObject::write(Bytes bytes) {
  TFHUB_TRY(os::write_all(fd_.get(), bytes, path_));
  size_ += bytes.size();
  if (size_ - handed_ >= kWritebackStep) {
    os::start_writeback(fd_.get(), handed_, size_ - handed_);
    handed_ = size_;
  }
  return {};
}

Result<void> TemporaryObject::sync() {
  if (os::syscalls().fsync(fd_.get()) != 0) return fail_system(errno, "cannot write " + path_ + " to disk");
  return {};
}

TemporaryArea::TemporaryArea(const std::string& root) : parent_(os::join(root, kTemporaryFolder)) {}

TemporaryArea::~TemporaryArea() {
  // A forked child that ends must not take its parent's place away.
  if (!path_.empty() && creator_ == os::process_id()) (void)os::remove_tree(path_);
}

Result<TemporaryObject> TemporaryArea::new_object() {
  {
    const std::lock_guard guard(mutex_);
    if (path_.empty()) TFHUB_TRY(create());
  }
  std::string path = os::join(path_, random_token());
  os::UniqueFd fd(
      os::syscalls().openat(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd) return fail_system(errno, "cannot create " + path);
  return TemporaryObject(std::move(path), std::move(fd));
}

Result<void> TemporaryArea::create() {
  std::string path = os::join(parent_, ProcessMark::current().text() + "." + random_token());
  TFHUB_TRY(os::make_directories(path));
  TFHUB_ASSIGN(auto fd, os::open_read(path));
  // A file system without locks is no reason to fail: our mark says that we live.
  if (auto lock = os::FileLock::try_lock(std::move(fd))) lock_ = std::move(*lock);
  path_ = std::move(path);
  creator_ = os::process_id();
  (void)sweep_others(false);
  return {};
}

Result<std::vector<LeftOver>> TemporaryArea::sweep(bool dry_run) {
  const std::lock_guard guard(mutex_);
  return sweep_others(dry_run);
}

std::vector<LeftOver> TemporaryArea::sweep_others(bool dry_run) const {
  std::vector<LeftOver> swept;
  const auto names = os::list_directory(parent_);
  if (!names) return swept;
  for (const std::string& name : *names) {
    const std::string path = os::join(parent_, name);
    if (path == path_ || !is_left_over(path, name)) continue;
    LeftOver left{path, os::tree_size(path)};
    if (!dry_run) {
      if (const auto removed = os::remove_tree(path); !removed) {
        debug("{}", removed.error().message());
        continue;
      }
    }
    swept.push_back(std::move(left));
  }
  return swept;
}

}  // namespace tfhub::store
