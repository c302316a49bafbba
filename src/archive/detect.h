// What a stream is, by its first bytes; and what it seems to be when it is no archive: a login portal's page,
// a JSON error, a zip.
#pragma once

#include "archive/extract.h"
#include "base/byte_stream.h"

namespace tfhub::archive {

// `head`: the first bytes, at least 512 of them unless the stream is shorter. kCorrupt, saying what came
// instead.
Result<Compression> detect(Bytes head);

}  // namespace tfhub::archive
