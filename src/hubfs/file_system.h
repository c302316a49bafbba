// Models of hubs as files and directories, read in place: no copy on a disk. Paths are those that TensorFlow
// is given, "hub.http://127.0.0.1:8080/acme/mul/1/saved_model.pb". Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hubfs/location.h"
#include "hubfs/remote_file.h"
#include "hubfs/remote_hub.h"

namespace tfhub::hubfs {

class FileSystem {
 public:
  static Result<std::unique_ptr<FileSystem>> from_settings();
  FileSystem(const transfer::HttpOptions& http, uint64_t cache_bytes, const transfer::Tuning& tuning = {});

  struct Status {
    bool is_directory = false;
    uint64_t size = 0;
  };
  // kNotFound: nothing is there. Of all calls, also the errors of asking the hub.
  Result<Status> stat(std::string_view path);
  Result<std::vector<std::string>> list(std::string_view directory);  // names; kUsage: a file
  Result<std::unique_ptr<FileReader>> open(std::string_view path);    // kUsage: a directory
  // The path that names the version which `path` lies in: "hub.http://127.0.0.1:8080/acme/mul/3".
  Result<std::string> version_path(std::string_view path);

  // At the end of a process: ends what is under way, and lets nothing new begin.
  void stop() { fetching_.stop(); }

 private:
  struct Found {
    RemoteHub& hub;
    Place place;
    const FileEntry* file = nullptr;  // null: a directory
  };
  Result<Found> find(std::string_view path);  // kNotFound: nothing is there
  RemoteHub& hub_at(const std::string& origin);

  const transfer::HttpOptions http_;
  const transfer::Tuning tuning_;
  Fetching fetching_;
  std::mutex mutex_;
  std::map<std::string, RemoteHub> hubs_;                     // by origin; none is ever removed
  std::map<std::string, std::shared_ptr<RemoteFile>> files_;  // by URL: their blocks outlive their readers
};

}  // namespace tfhub::hubfs
