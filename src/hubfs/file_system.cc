#include "hubfs/file_system.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"

namespace tfhub::hubfs {

Result<std::unique_ptr<FileSystem>> FileSystem::from_settings() {
  TFHUB_ASSIGN(const auto http, transfer::HttpOptions::from_settings());
  TFHUB_ASSIGN(const uint64_t cache_bytes, get_size(settings::kBlockCacheSize));
  return std::make_unique<FileSystem>(http, cache_bytes);
}

FileSystem::FileSystem(const transfer::HttpOptions& http, uint64_t cache_bytes,
                       const transfer::Tuning& tuning)
    : http_(http), tuning_(tuning), fetching_(http, cache_bytes, tuning) {}

RemoteHub& FileSystem::hub_at(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  return hubs_.try_emplace(origin, origin, http_, tuning_).first->second;
}

Result<FileSystem::Found> FileSystem::find(std::string_view path) {
  TFHUB_ASSIGN(const Location location, Location::parse(path));
  RemoteHub& hub = hub_at(location.origin);
  TFHUB_ASSIGN(Place place, hub.find(location.path));
  const FileEntry* file = place.version->files.file(place.rest);
  if (file == nullptr && !place.version->files.is_directory(place.rest))
    return fail(Code::kNotFound, "{} at {} has no file {}", place.version->name, redacted(location.origin),
                printable(place.rest));
  return Found{hub, std::move(place), file};
}

Result<FileSystem::Status> FileSystem::stat(std::string_view path) {
  TFHUB_ASSIGN(const Found found, find(path));
  return Status{.is_directory = found.file == nullptr, .size = found.file == nullptr ? 0 : found.file->size};
}

Result<std::vector<std::string>> FileSystem::list(std::string_view directory) {
  TFHUB_ASSIGN(const Found found, find(directory));
  if (found.file != nullptr)
    return fail(Code::kUsage, "{} is a file, not a directory; open it", printable(redacted(directory)));
  return found.place.version->files.children(found.place.rest);
}

Result<std::unique_ptr<FileReader>> FileSystem::open(std::string_view path) {
  TFHUB_ASSIGN(const Found found, find(path));
  if (found.file == nullptr)
    return fail(Code::kUsage, "{} is a directory, not a file; list it", printable(redacted(path)));
  std::string url = found.hub.file_url(*found.place.version, found.file->path);
  const std::lock_guard lock(mutex_);
  auto& file = files_[url];
  if (!file) file = std::make_shared<RemoteFile>(fetching_, files_.size(), url, *found.file);
  return std::make_unique<FileReader>(file);
}

Result<std::string> FileSystem::version_path(std::string_view path) {
  TFHUB_ASSIGN(const Found found, find(path));
  const std::string normal = normal_path(path);
  return normal.substr(0, normal.find('/', normal.find("://") + 3) + 1) + found.place.version->name;
}

}  // namespace tfhub::hubfs
