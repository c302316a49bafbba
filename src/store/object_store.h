// Where a hub's bytes live: keys to immutable objects, in a directory or a bucket. A backend is one
// file pair, found by its URL scheme; tests/unit/store/object_store_suite.h is what every backend must pass.
//
// Life of an object: put() gives a writer nobody sees; commit() makes the object visible whole; a writer
// destroyed without commit() leaves nothing. It survives a power cut once sync() has returned: one call for
// thousands of objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_stream.h"
#include "os/fd.h"
#include "protocol/http.h"

namespace tfhub::store {

struct ObjectInfo {
  std::string key;
  uint64_t size = 0;
  std::chrono::system_clock::time_point modified;
};

class ObjectWriter : public ByteSink {
 public:
  virtual Result<void> commit() = 0;
};

struct Listing {
  std::vector<ObjectInfo> objects;    // sorted by key
  std::vector<std::string> prefixes;  // "a/b/": what lies deeper, when asked not to go there; sorted
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Result<std::unique_ptr<ObjectWriter>> put(const std::string& key) = 0;
  // A small object, whole, durable, only if the key is free: false when it is taken. The one conditional
  // write; of any number of concurrent callers exactly one gets true.
  virtual Result<bool> put_if_absent(const std::string& key, Bytes bytes) = 0;
  // kNotFound when there is none. The range must lie inside the object.
  virtual Result<std::unique_ptr<ByteSource>> get(
      const std::string& key, std::optional<protocol::ByteRange> range = std::nullopt) = 0;
  virtual Result<std::optional<ObjectInfo>> head(const std::string& key) = 0;
  // Objects whose key begins with `prefix` (which is empty or ends with '/'); recursive, or one level.
  virtual Result<Listing> list(const std::string& prefix, bool recursive) = 0;
  // Gone already is fine.
  virtual Result<void> remove(const std::string& key) = 0;

  // Everything committed through this store so far survives a power cut. (Buckets are durable at commit.)
  virtual Result<void> sync() { return {}; }

  virtual std::string url() const = 0;  // as a person would write it
};

// What a writer that died left where unfinished objects lie.
struct LeftOver {
  std::string path;
  uint64_t bytes = 0;
};

// What a store that is a directory can do besides; found by dynamic_cast.
class LocalObjects {
 public:
  virtual ~LocalObjects() = default;
  // For sendfile. kNotFound when there is none.
  virtual Result<os::UniqueFd> open(const std::string& key) = 0;
  // Renames one object or a whole prefix (without trailing '/'), durably and at once; false when the
  // destination exists.
  virtual Result<bool> move(const std::string& from, const std::string& to) = 0;
  // Everything under "prefix/", in one go. Gone already is fine.
  virtual Result<void> remove_tree(const std::string& prefix) = 0;
  // Unfinished objects of dead processes. Writers do this too, when they begin. dry_run: only tells of them.
  virtual Result<std::vector<LeftOver>> remove_left_overs(bool dry_run) = 0;
};

// What a store that is a bucket can do besides; found by dynamic_cast. It cannot move, and need not be read
// through.
class BucketObjects {
 public:
  virtual ~BucketObjects() = default;
  // By the service itself: no byte passes through this process. `size`: of `from`, which does not change
  // meanwhile; the service is given time for so many bytes. kNotFound when there is no `from`.
  virtual Result<void> copy(const std::string& from, const std::string& to, uint64_t size) = 0;
  // Many with few requests. Gone already is fine.
  virtual Result<void> remove_all(const std::vector<std::string>& keys) = 0;
  // A URL that anybody may GET until then.
  virtual Result<std::string> signed_url(const std::string& key, std::chrono::seconds valid) = 0;
};

// The whole of a small object; nothing when there is none.
Result<std::optional<std::string>> read_small(ObjectStore& store, const std::string& key,
                                              size_t limit = 16 << 20);
Result<void> put_small(ObjectStore& store, const std::string& key, Bytes bytes);
// All of these, with few requests where the store is a bucket. Gone already is fine.
Result<void> remove_all(ObjectStore& store, const std::vector<std::string>& keys);
// Every object under "prefix/".
Result<void> remove_prefix(ObjectStore& store, const std::string& prefix);

// "/srv/hub", "hub", "file:///srv/hub": a directory; another scheme: what is registered for it, else kUsage
// naming the schemes this build has. create: a missing directory is made; otherwise it is kNotFound.
Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, bool create);
std::vector<std::string> store_schemes();
// A backend makes itself known ("gs"); `opener` gets the whole location. Registering a scheme again replaces
// it.
using StoreOpener =
    std::function<Result<std::shared_ptr<ObjectStore>>(const std::string& location, bool create)>;
void register_store_scheme(const std::string& scheme, StoreOpener opener);

}  // namespace tfhub::store
