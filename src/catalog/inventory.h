// What a store holds by its catalogue: every version with the sums of its record, and the entries that cannot
// be read. Unlike catalog.h it reads every entry, and forgives none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/long_work.h"
#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct StoredVersion {
  protocol::VersionedName id;
  protocol::Kind kind = protocol::Kind::kSavedModel;
  std::chrono::system_clock::time_point published;
  uint64_t archive_size = 0;
  Sha256Digest archive_sha256;
  uint64_t files = 0, size = 0;  // the files' bytes in all
  uint64_t stored = 0;           // the archive's and, where they lie beside it, the files' bytes
  bool counts = false;           // its model has an entry; without one nobody sees it (entry.h)
  bool staged = false;           // not promoted yet, or not cleared up after it
};

struct UnreadableEntry {
  std::string url_path, why;
};

struct Inventory {
  std::vector<StoredVersion> versions;  // by model, then by number
  std::vector<UnreadableEntry> unreadable;
  std::vector<std::string> empty_models;  // an entry of a model without any version
  // Of those that count.
  size_t models() const;
};

// "published", "promoting" or "unfinished" (its publisher has still to give the model its entry, or died).
std::string_view state_of(const StoredVersion& version);

// Whether a URL of the hub is one of `names` (a publisher, a model or a version) or lies below one; without
// names, always.
bool within(const std::string& url_path, const std::vector<std::string>& names);

// Everything within `names`.
Result<Inventory> read_inventory(store::ObjectStore& store, const std::vector<std::string>& names,
                                 const LongWork& work);

// Whether an error tells of damage in the store, and not of the way to it.
bool is_damage(const Error& error);
// What lies beneath an error, without the sentences around it.
std::string cause_of(const Error& error);

}  // namespace tfhub::catalog
