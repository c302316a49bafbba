// The record of one published version: its commit. It is put once, if absent, after every byte it names is in
// the store, and never changes. docs/store_format.md shows the JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/manifest.h"
#include "protocol/name.h"

namespace tfhub::catalog {

struct VersionRecord {
  protocol::VersionedName id;
  protocol::Kind kind = protocol::Kind::kSavedModel;
  std::chrono::system_clock::time_point published;  // whole seconds
  uint64_t archive_size = 0;                        // of the .tar.gz, or of the .tflite
  Sha256Digest archive_sha256;
  Manifest files;       // what is in it; for a .tflite the one file
  std::string staging;  // the token under which its bytes were written before they were promoted

  std::string to_json() const;
  static Result<VersionRecord> from_json(std::string_view text);  // kCorrupt
  // The same files under the same name? When and by whom they were published does not count, nor how they
  // were packed.
  bool same_content(const VersionRecord& other) const;
  // Whether its files lie under uncompressed/ besides the archive: every kind but a .tflite, which is its
  // archive.
  bool has_uncompressed() const { return kind != protocol::Kind::kTfLite; }
};

}  // namespace tfhub::catalog
