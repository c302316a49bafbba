// What is wrong with a file of an entry, in words; wherever the cache lies.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_stream.h"
#include "cache/descriptor.h"

namespace tfhub::cache {

// How a file of this size and content differs from its record; empty: not at all. The content is read only
// where the size is right.
std::string size_difference(uint64_t size, const RecordedFile& recorded);
Result<std::string> content_difference(ByteSource& content, const RecordedFile& recorded);

inline constexpr const char* kNotInRecord = "is not in the record of the download";

// That so many models could not be compared with a record, for they have none.
void warn_unrecorded(uint64_t models);

}  // namespace tfhub::cache
