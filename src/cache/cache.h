// The cache: models by handle, in a directory (directory_cache.h) or a bucket (bucket/bucket_cache.h), in the
// format of docs/cache_format.md, which unmodified tensorflow_hub clients share. M = <place>/sha1hex(handle)
// is the unpacked model, M.descriptor.txt says whose it is and, below tensorflow_hub's three lines, holds our
// record of files and digests. No URLs of models here: the cache is given a function that fills a staging
// directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/manifest.h"
#include "os/staging.h"
#include "tfhub/result.h"

namespace tfhub::cache {

enum class State {
  kComplete,  // with our record, and the files are as it says
  kForeign,   // made by tensorflow_hub: used, checked as far as that goes
  kBroken,    // half deleted, damaged or empty: fetched again at the next resolve
  kFilling,   // somebody (alive) is downloading it
  kLeftover,  // staging or a lock of a dead process
};
std::string_view to_string(State state);  // "complete", "tensorflow_hub", "broken", "filling", "left-over"

// What a hit knows.
struct Hit {
  std::string path;    // M, or for an alias the M that it points to
  State state;         // kComplete or kForeign
  std::string handle;  // under which the tree lies (an alias gives its target's), without passwords and keys
  bool alias = false;  // M of the asked handle is a symlink to a versioned one
  std::string etag;    // what the host called these bytes, if it said
  std::chrono::system_clock::time_point downloaded;
};

struct Filled {
  Manifest files;
  std::string etag;
};
// Fills the staging directory, or fails. Anything it leaves there on failure is removed. `part`: the name of
// a file in which it may keep what it received, of an earlier process's at first if there is one; it is
// removed when this succeeds, and after a day. Empty: nothing can be kept.
using Fill = std::function<Result<Filled>(os::StagingDirectory& staging, const std::string& part)>;

struct Entry {
  std::string handle;  // without passwords and keys; "" where nothing says it
  std::string key;     // 40 hex digits
  std::string path;
  State state = State::kBroken;
  std::string alias_of;  // the versioned handle, for an alias
  uint64_t size = 0;     // bytes on disk of the model's files
  uint64_t files = 0;
  std::chrono::system_clock::time_point downloaded;
  std::chrono::system_clock::time_point used;
};

struct Damage {
  std::string handle, path, what;  // one finding: which file, and how it differs
};

struct PruneOptions {
  std::optional<uint64_t> max_size;                // least recently used go first until it fits
  std::optional<std::chrono::seconds> older_than;  // not used for so long
  bool dry_run = false;
};
struct Pruned {
  struct Item {
    std::string handle, path, why;
    uint64_t size = 0;
  };
  std::vector<Item> removed;
  uint64_t freed = 0;
};

class Cache {
 public:
  virtual ~Cache() = default;
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  // Where it is: a directory, or the URL of a place in a bucket.
  const std::string& directory() const { return directory_; }

  // A hit needs no write and no lock and works in a read-only cache. Nothing: not there, or half there.
  virtual Result<std::optional<Hit>> find(const std::string& handle) const = 0;

  // The path of `handle`'s tree, filled by `fill` if it is not there: by one process of all that ask at once;
  // the others wait and get the result (or, when the holder fails or dies, take over at once). A broken entry
  // is replaced. kNotAllowed at once when the cache cannot be written.
  virtual Result<std::string> get_or_fill(const std::string& handle, const Fill& fill) = 0;

  // From now on `handle` stands for `target`, whose tree is there. Left alone: a tree of its own that is
  // there already.
  virtual Result<void> set_alias(const std::string& handle, const std::string& target,
                                 const std::string& etag) = 0;

  virtual Result<std::vector<Entry>> list() const = 0;  // sorted by handle; a missing cache is empty
  // Every digest of one handle's entry, or of all. kNotFound: no such entry.
  virtual Result<std::vector<Damage>> verify(const std::optional<std::string>& handle) const = 0;
  // kNotFound: no such entry; kConflict: it is being filled right now.
  virtual Result<void> remove(const std::string& handle) = 0;
  virtual Result<Pruned> prune(const PruneOptions& options) = 0;

 protected:
  explicit Cache(std::string directory) : directory_(std::move(directory)) {}

 private:
  std::string directory_;
};

}  // namespace tfhub::cache
