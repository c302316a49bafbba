#include "savedmodel/model_files.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::savedmodel {
namespace {

using os::FileInfo;

constexpr uint64_t kMapFrom = 64 << 20;

Result<Blob> map_file(const std::string& path, uint64_t size) {
  TFHUB_ASSIGN(const os::UniqueFd fd, os::open_read(path));
  return map_blob(fd.get(), size, path);
}

Result<Blob> read_file(const std::string& path, uint64_t limit) {
  TFHUB_ASSIGN(std::string text, os::read_file(path, limit));
  const auto owner = std::make_shared<const std::string>(std::move(text));
  return Blob{as_bytes(*owner), owner};
}

}  // namespace

Result<Blob> map_blob(int fd, uint64_t size, const std::string& path) {
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return fail_system(errno, "cannot map " + path);
  return Blob{Bytes(static_cast<const std::byte*>(address), size),
              std::shared_ptr<const void>(
                  address, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); })};
}

LocalFiles::LocalFiles(std::string path) : path_(std::move(path)) {}

Result<std::optional<Blob>> LocalFiles::open(const std::string& path, uint64_t limit) const {
  TFHUB_ASSIGN(const auto root, os::stat(path_));
  const bool alone = root && root->type == FileInfo::Type::kFile;
  if (alone && path != os::base_name(path_)) return std::nullopt;
  const std::string whole = alone ? path_ : os::join(path_, path);
  TFHUB_ASSIGN(const auto info, os::stat(whole));
  if (!info || info->type != FileInfo::Type::kFile) return std::nullopt;
  if (info->size > limit)
    return fail(Code::kCorrupt, "{} has {}, and no more than {} of such a file are read", printable(whole),
                human_size(info->size), human_size(limit));
  TFHUB_ASSIGN(Blob blob, info->size < kMapFrom ? read_file(whole, limit) : map_file(whole, info->size));
  return blob;
}

Result<std::vector<std::string>> LocalFiles::list() const {
  TFHUB_ASSIGN(const auto root, os::stat(path_));
  if (root && root->type == FileInfo::Type::kFile) return std::vector{os::base_name(path_)};
  TFHUB_ASSIGN(const auto entries, os::walk(path_));
  std::vector<std::string> paths;
  for (const os::WalkEntry& entry : entries)
    if (entry.info.type != FileInfo::Type::kDirectory) paths.push_back(entry.path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace tfhub::savedmodel
