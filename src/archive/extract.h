// Unpacking: plain tar, gzip, bzip2 or xz (told by its first bytes), into a staging directory, under the
// archive policy of docs/architecture.md: regular files and directories only, names that are safe on every
// file system, limits, nothing after the end. Four threads: the caller reads, one inflates, one makes the
// files, one digests and writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "archive/limits.h"
#include "base/byte_stream.h"
#include "base/manifest.h"
#include "base/progress.h"
#include "os/staging.h"

namespace tfhub::archive {

enum class Compression { kNone, kGzip, kBzip2, kXz };

struct ExtractOptions {
  Limits limits = {};
  Progress* progress = nullptr;               // told the compressed bytes read
  std::string_view activity = "downloading";  // what the progress is called
  std::optional<uint64_t> archive_size = {};  // compressed, if known: for the progress alone
  std::string name = "the archive";           // what errors call it: the URL or the file
};

struct Extracted {
  Manifest files;  // sorted; digests taken while writing
  Compression compression = Compression::kNone;
  uint64_t archive_bytes = 0;
};

// Reads `source` to its end (also past the end of the tar, to see what follows it). On any error what was
// written stays in `target`, whose destructor removes it. kCorrupt: not an archive (the text says what it
// seems to be instead), damaged, or against the policy; errors of `source` pass through unchanged.
Result<Extracted> extract(ByteSource& source, os::StagingDirectory& target, const ExtractOptions& options);

}  // namespace tfhub::archive
