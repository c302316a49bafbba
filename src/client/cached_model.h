// A handle's tree in the cache, fetched if it is not there: the rules of docs/protocol.md ("The client") for
// versioned and unversioned handles, aliases, looking up again and working offline.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"
#include "cache/cache.h"
#include "client/fetch.h"

namespace tfhub::client {

class CachedModel {
 public:
  // For format kCompressed the key is the handle itself, as tensorflow_hub has it.
  CachedModel(cache::Cache& cache, protocol::Format format, Progress* progress)
      : cache_(cache), format_(format), progress_(progress) {}

  // What `handle` is cached under.
  std::string key(const std::string& handle) const;

  // The tree's directory. A hit of a versioned handle makes no network call and no write.
  Result<std::string> path(const std::string& handle);
  Result<std::string> path_of_hit(const std::string& handle, const cache::Hit& hit);
  Result<std::string> path_of_miss(const std::string& handle);

 private:
  struct Newest {
    std::string handle;  // the versioned one that the host names; empty: it names none, or nothing is new
    std::string etag;
    std::optional<std::chrono::system_clock::time_point> modified;
    int status = 0;
    std::optional<Error> refusal;  // the answer was neither 2xx nor 304
  };
  // One conditional HEAD, bounded by `timeout`; 0: as patient as a download.
  Result<Newest> look_up(const std::string& handle, const std::string& etag,
                         std::chrono::milliseconds timeout) const;
  Result<std::string> use_newest(const std::string& handle, const cache::Hit& hit, const Newest& newest);
  // The tree of the versioned handle; the unversioned one becomes its alias.
  Result<std::string> adopt(const std::string& handle, const std::string& versioned, const std::string& etag);
  Result<std::string> fill(const std::string& handle, std::string* named, std::string* etag);

  cache::Cache& cache_;
  protocol::Format format_;
  Progress* progress_;
};

}  // namespace tfhub::client
