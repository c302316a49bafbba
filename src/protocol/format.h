// The formats of protocol.md section 2: which query asks for which, and which a kind of model has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/name.h"

namespace tfhub::protocol {

enum class Format {
  kCompressed,      // tf-hub-format=compressed: the .tar.gz of a SavedModel or TF1 Hub module
  kUncompressed,    // tf-hub-format=uncompressed: 303 with the gs:// URL as body
  kFile,            // <handle>/<file>?tf-hub-format=file: any file of a model (ours)
  kTfLite,          // lite-format=tflite: the .tflite
  kTfJsCompressed,  // tfjs-format=compressed: the .tar.gz of a TF.js model
  kTfJsFile,        // <handle>/<file>?tfjs-format=file
};

struct FormatRequest {
  std::vector<Format> accepted;  // in the order asked for; empty: the value names nothing we know
  std::string parameter;         // "tf-hub-format", as the client wrote it
  std::string value;             // "compressed,uncompressed"
};

// What a query string asks for; nothing when it has none of the three parameters. The last occurrence of a
// parameter wins (tensorflow_hub appends its own), a value may be a comma-separated list. Where several
// parameters stand, the last one in the query wins.
std::optional<FormatRequest> requested_format(std::string_view query);

bool has_format(Kind kind, Format format);
// "tf-hub-format=compressed": what to append to a handle to get `format`.
std::string_view query_of(Format format);
// The queries that a model of this kind answers, for error texts and pages.
std::vector<Format> formats_of(Kind kind);

}  // namespace tfhub::protocol
