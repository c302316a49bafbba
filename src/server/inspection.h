// What is inside the published models, as HTML for their pages: read once a version, from the store, and
// kept. A version never changes, so what was read is right for ever. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::server {

class Inspections {
 public:
  using Html = std::shared_ptr<const std::string>;

  // Null: not read yet.
  Html find(const catalog::VersionRecord& record);
  // Reads what find() does not have: up to some tenths of a second for a large graph. A model that cannot be
  // read gives a section that says so.
  Html get(store::ObjectStore& store, const catalog::VersionRecord& record);

 private:
  struct Item {
    std::string id;
    Html html;
  };
  std::mutex mutex_;
  std::list<Item> by_use_;  // most recently used first
  std::unordered_map<std::string, std::list<Item>::iterator> by_id_;
};

}  // namespace tfhub::server
