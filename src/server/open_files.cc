#include "server/open_files.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace tfhub::server {

OpenFilePointer OpenFiles::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->file;
}

Result<OpenFilePointer> OpenFiles::get(const std::string& name,
                                       const std::function<Result<os::UniqueFd>()>& open) {
  if (auto file = find(name)) return file;
  TFHUB_ASSIGN(os::UniqueFd fd, open());
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_system(errno, "cannot look at " + name);
  auto file =
      std::make_shared<const OpenFile>(OpenFile{std::move(fd), static_cast<uint64_t>(status.st_size)});

  const std::lock_guard lock(mutex_);
  if (const auto other = by_name_.find(name); other != by_name_.end()) return other->second->file;
  by_use_.push_front({name, file});
  by_name_.emplace(by_use_.front().name, by_use_.begin());
  while (by_use_.size() > capacity_) {
    by_name_.erase(by_use_.back().name);
    by_use_.pop_back();
  }
  return file;
}

size_t OpenFiles::size() const {
  const std::lock_guard lock(mutex_);
  return by_use_.size();
}

}  // namespace tfhub::server
