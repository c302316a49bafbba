#include "store/disk_cache_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::store {
namespace {

using std::chrono::system_clock;

constexpr std::string_view kUnfinished = ".part";
constexpr size_t kTokenSize = 32;  // of random_token()
// Blocks and the file system's own books take a little more than the bytes.
constexpr uint64_t kSpareRoom = 1 << 20;

std::string unfinished_name() {
  return random_token().append(kUnfinished);
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; });
}

bool is_whole_name(std::string_view name) {
  return name.size() == 2 * sizeof(Sha256Digest) && is_hex(name);
}

bool is_unfinished_name(std::string_view name) {
  if (!name.ends_with(kUnfinished)) return false;
  name.remove_suffix(kUnfinished.size());
  return name.size() == kTokenSize && is_hex(name);
}

}  // namespace

NewCacheFile::NewCacheFile(DiskCacheDirectory& directory, std::string name, uint64_t size,
                           os::StagingFile file)
    : directory_(directory), name_(std::move(name)), size_(size), file_(std::move(file)) {}

NewCacheFile::~NewCacheFile() {
  if (!reserved_) return;
  const std::lock_guard lock(directory_.mutex_);
  directory_.reserved_ -= size_;
}

Result<os::UniqueFd> NewCacheFile::open() const {
  return os::open_read(file_.path());
}

Result<void> NewCacheFile::keep() {
  // Before the rename, or a power cut could leave the name of a file without its bytes.
  TFHUB_TRY(file_.sync());
  const std::lock_guard lock(directory_.mutex_);
  TFHUB_TRY(file_.place(directory_.path_of(name_)));
  directory_.reserved_ -= size_;
  reserved_ = false;
  directory_.add({name_, size_, system_clock::now()});
  return {};
}

Result<std::unique_ptr<DiskCacheDirectory>> DiskCacheDirectory::open(const std::string& path,
                                                                     uint64_t limit) {
  TFHUB_TRY(os::make_directories(path));
  TFHUB_ASSIGN(auto fd, os::open_read(path));
  auto lock = os::FileLock::try_lock(std::move(fd));
  if (lock && !*lock) {
    return fail(Code::kConflict, "the disk cache {} is in use by another server; give each one its own",
                path);
  }
  // A file system without locks is no reason to fail: two that share a directory only disturb each other.
  auto directory = std::make_unique<DiskCacheDirectory>(
      path, limit, lock ? std::move(*lock) : std::optional<os::FileLock>());
  const std::lock_guard guard(directory->mutex_);
  TFHUB_TRY(directory->scan());
  // Told now rather than at the first download.
  TFHUB_TRY(os::StagingFile::create(directory->path_of(unfinished_name())));
  return directory;
}

Result<void> DiskCacheDirectory::scan() {
  TFHUB_ASSIGN(const auto names, os::list_directory(path_));
  std::vector<Entry> found;
  for (const std::string& name : names) {
    if (is_unfinished_name(name)) TFHUB_TRY(os::remove_tree(path_of(name)));
    if (!is_whole_name(name)) continue;
    TFHUB_ASSIGN(const auto info, os::stat(path_of(name), /*follow=*/false));
    if (info && info->type == os::FileInfo::Type::kFile) found.push_back({name, info->size, info->modified});
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.stamped < b.stamped; });
  for (Entry& entry : found) add(std::move(entry));
  while (bytes_ > limit_) TFHUB_TRY(evict_oldest());
  return {};
}

std::string DiskCacheDirectory::path_of(std::string_view name) const {
  return os::join(path_, name);
}

void DiskCacheDirectory::add(Entry entry) {
  if (const auto old = by_name_.find(entry.name); old != by_name_.end()) forget(old->second);
  bytes_ += entry.size;
  by_use_.push_front(std::move(entry));
  by_name_.emplace(by_use_.front().name, by_use_.begin());
}

void DiskCacheDirectory::forget(Entries::iterator entry) {
  bytes_ -= entry->size;
  by_name_.erase(entry->name);
  by_use_.erase(entry);
}

Result<void> DiskCacheDirectory::evict_oldest() {
  const auto oldest = std::prev(by_use_.end());
  TFHUB_TRY(os::remove_tree(path_of(oldest->name)));
  forget(oldest);
  ++evictions_;
  return {};
}

Result<bool> DiskCacheDirectory::make_room(uint64_t size) {
  TFHUB_ASSIGN(const uint64_t free, os::free_space(path_));
  const uint64_t disk = bytes_ + (free > kSpareRoom ? free - kSpareRoom : 0);
  if (size > disk) {
    return fail(Code::kUnexpected, "the disk of {} is too full for {} more; free some space there", path_,
                human_size(size));
  }
  const uint64_t most = std::min(disk, limit_);
  if (reserved_ + size > most) return false;
  while (bytes_ + reserved_ + size > most) TFHUB_TRY(evict_oldest());
  return true;
}

std::optional<DiskCacheDirectory::Whole> DiskCacheDirectory::open(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  const auto entry = found->second;
  const std::string path = path_of(name);
  auto file = os::open_read(path);
  struct ::stat status {};
  if (!file || ::fstat(file->get(), &status) != 0 || static_cast<uint64_t>(status.st_size) != entry->size) {
    forget(entry);
    return std::nullopt;
  }
  by_use_.splice(by_use_.begin(), by_use_, entry);
  // Once an hour is exact enough for the next process.
  if (const auto now = system_clock::now(); std::chrono::abs(now - entry->stamped) > std::chrono::hours(1)) {
    entry->stamped = now;
    (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  }
  return Whole{std::move(*file), entry->size};
}

std::optional<uint64_t> DiskCacheDirectory::size(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second->size;
}

void DiskCacheDirectory::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  (void)os::remove_tree(path_of(name));
  forget(found->second);
}

Result<std::unique_ptr<NewCacheFile>> DiskCacheDirectory::create(const std::string& name, uint64_t size) {
  if (size > limit_) return nullptr;
  TFHUB_ASSIGN(auto file, os::StagingFile::create(path_of(unfinished_name())));
  const std::lock_guard lock(mutex_);
  TFHUB_ASSIGN(const bool room, make_room(size));
  if (!room) return nullptr;
  reserved_ += size;
  return std::make_unique<NewCacheFile>(*this, name, size, std::move(file));
}

uint64_t DiskCacheDirectory::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

uint64_t DiskCacheDirectory::evictions() const {
  const std::lock_guard lock(mutex_);
  return evictions_;
}

}  // namespace tfhub::store
