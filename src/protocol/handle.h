// Handles: what a person passes to resolve(), and how a client treats each form (protocol.md section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/format.h"
#include "tfhub/result.h"

namespace tfhub::protocol {

enum class LoadFormat { kCompressed, kUncompressed };
// AUTO, COMPRESSED (and empty) or UNCOMPRESSED, exactly so; anything else is kUsage.
Result<LoadFormat> parse_load_format(std::string_view text);

enum class HandleKind {
  kHttp,        // http:// or https://: the protocol
  kGcsArchive,  // gs://….tar, .tar.gz, .tgz: fetched, unpacked, cached
  kPath,        // anything else: must exist, returned unchanged
};
HandleKind classify(std::string_view handle);

// Where the bytes of an http(s) handle are: hub.tensorflow.google.cn goes to its bucket, everything else gets
// the format appended to its query; the fragment is dropped.
std::string download_url(std::string_view handle, Format format);

// sha1hex of the handle as written: tensorflow_hub's name for it in a cache.
std::string cache_key(std::string_view handle);
// The key of a TF Lite or TF.js pull: of the handle with its format parameter, so that tensorflow_hub never
// takes it for a SavedModel.
std::string cache_handle(std::string_view handle, Format format);

// "https://tfhub.dev=http://127.0.0.1:8080,…": `url` fetched from elsewhere; the longest matching prefix wins
// (a prefix ends at a segment: https://tfhub.dev does not match https://tfhub.developers.org). kUsage if
// `mirrors` does not parse.
Result<std::string> apply_mirrors(std::string_view mirrors, std::string_view url);

}  // namespace tfhub::protocol
