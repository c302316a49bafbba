// The cache directory, shared byte for byte with tensorflow_hub (docs/cache_format.md). M =
// <dir>/sha1hex(handle) is the unpacked model, M.descriptor.txt says whose it is (and, below tensorflow_hub's
// three lines, holds our record of files and digests), M.lock and M.<32 hex>.tmp exist while somebody fills
// it. No URLs here: the cache is given a function that fills a staging directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
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
  std::string handle;  // under which the tree lies (an alias gives its target's)
  bool alias = false;  // M of the asked handle is a symlink to a versioned one
  std::string etag;    // what the host called these bytes, if it said
  std::chrono::system_clock::time_point downloaded;
};

struct Filled {
  Manifest files;
  std::string etag;
};
// Fills the staging directory, or fails. Anything it leaves there on failure is removed.
using Fill = std::function<Result<Filled>(os::StagingDirectory& staging)>;

struct Entry {
  std::string handle;  // "" where nothing says it
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
  // TFHUB_CACHE_DIR wins over `flag`; neither: tfhub_modules in the temporary directory. Nothing is created
  // yet.
  static std::string directory_from_settings(const std::string& flag = {});
  explicit Cache(std::string directory) : directory_(std::move(directory)) {}
  const std::string& directory() const { return directory_; }

  // A hit needs no write and no lock and works in a read-only cache. Nothing: not there, or half there.
  Result<std::optional<Hit>> find(const std::string& handle) const;

  // The path of `handle`'s tree, filled by `fill` if it is not there: by one process of all that ask at once;
  // the others wait and get the result (or, when the holder fails or dies, take over at once). A broken entry
  // is replaced. kNotAllowed at once when the cache cannot be written.
  Result<std::string> get_or_fill(const std::string& handle, const Fill& fill);

  // From now on M of `handle` is a relative symlink to M of `target` (exchanged atomically). Left alone: a
  // real directory that is there already.
  Result<void> set_alias(const std::string& handle, const std::string& target, const std::string& etag);

  Result<std::vector<Entry>> list() const;  // sorted by handle; a missing directory is empty
  // Every digest of one handle's entry, or of all. kNotFound: no such entry.
  Result<std::vector<Damage>> verify(const std::optional<std::string>& handle) const;
  // kNotFound: no such entry; kConflict: it is being filled right now.
  Result<void> remove(const std::string& handle);
  Result<Pruned> prune(const PruneOptions& options);

 private:
  std::string directory_;
};

}  // namespace tfhub::cache
