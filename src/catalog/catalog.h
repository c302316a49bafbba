// Names to versions, made from a store and from nothing else. A versioned lookup is exact: one small read at
// most, none once seen (a version never changes). Lists and "latest" come from a snapshot that is at most
// half a second old (see refresh()). Thread-safe; lookups never wait for a refresh.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

using RecordPointer = std::shared_ptr<const VersionRecord>;

struct ModelVersions {
  protocol::ModelName name;
  std::vector<protocol::Version> versions;  // ascending, never empty
  protocol::Version latest() const { return versions.back(); }
  bool operator==(const ModelVersions&) const = default;
};

struct Snapshot {
  std::map<std::string, ModelVersions> models;  // by name
};

// What a path of a URL means.
struct Found {
  RecordPointer record;
  bool versioned = false;  // the path named the version; otherwise it is the latest one's record
  std::string rest;        // what follows the handle: a file of the model ("model.json"), or empty
};

// By which what was looked up grows old.
using Now = std::function<std::chrono::steady_clock::time_point()>;

class Catalog {
 public:
  explicit Catalog(std::shared_ptr<store::ObjectStore> store, Now now = std::chrono::steady_clock::now);

  // The longest prefix of `path` ("publisher/model/1/model.json", no leading slash) that is a handle. Exact
  // matches of whole path come first. Nothing: no such model or version. Errors are the store's.
  Result<std::optional<Found>> find(const std::string& path);
  Result<RecordPointer> version(const protocol::VersionedName& id);  // null: not published
  // The same of many at once, in their order. A damaged record is null too: it must not take the others off a
  // list.
  Result<std::vector<RecordPointer>> records(const std::vector<protocol::VersionedName>& ids);
  // Ascending; empty: no such model. At most half a second old.
  Result<std::vector<protocol::Version>> versions(const protocol::ModelName& name);

  std::shared_ptr<const Snapshot> snapshot() const;
  // Reads the store's catalogue anew if it may have changed: cheap when the generation object did not change.
  // The server calls it every 250 ms from a thread of its own. True: it looked; the snapshot is another one
  // only if something changed.
  Result<bool> refresh();

 private:
  struct State;
  std::shared_ptr<store::ObjectStore> store_;
  std::shared_ptr<State> state_;
};

}  // namespace tfhub::catalog
