// The objects that a version consists of, one by one: where each lies, and whether its bytes are still those
// that the record names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/long_work.h"
#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct VersionObject {
  std::string key;         // once it is promoted
  std::string staged_key;  // until then
  uint64_t size = 0;
  Sha256Digest sha256;
};

VersionObject archive_of(const VersionRecord& record);
VersionObject file_of(const VersionRecord& record, const FileEntry& file);  // under uncompressed/
// The archive first, then what lies under uncompressed/, in the record's order.
std::vector<VersionObject> objects_of(const VersionRecord& record);

struct OpenObject {
  std::string key;  // where it was found
  std::unique_ptr<ByteSource> source;
};
// From its final key, or from staging while promotion is not done; kNotFound: from neither.
Result<OpenObject> open_object(store::ObjectStore& store, const VersionObject& object);

// Reads all of it, into `sink` if there is one. What is wrong with the bytes ("has 3 bytes instead of 4");
// nothing when they are as published. An error is that of reading, writing or the meter.
Result<std::optional<std::string>> read_through(ByteSource& source, const VersionObject& object,
                                                ByteSink* sink, Meter& meter);

}  // namespace tfhub::catalog
