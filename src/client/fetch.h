// One model from the network into a staging directory: an archive is unpacked as it arrives, a TF Lite file
// is stored as it is. Knows nothing of the cache.
#pragma once

#include <functional>
#include <string>

#include "base/manifest.h"
#include "base/progress.h"
#include "os/staging.h"
#include "protocol/format.h"
#include "transfer/http.h"

namespace tfhub::client {

struct Artifact {
  std::string handle;
  protocol::Format format = protocol::Format::kCompressed;
};

struct Fetched {
  Manifest files;
  std::string etag;
};

struct FetchOptions {
  Progress* progress = nullptr;
  // Sees the answer's head before a byte is written; an error ends the fetch.
  std::function<Result<void>(const transfer::ResponseHead& head, const std::string& asked_url)> inspect;
  // Where the bytes are kept for a later process to go on with, and an earlier one may have kept its own
  // (kept_part.h). Empty: nowhere.
  std::string part;
};

// A transfer that only a fresh start can cure is started again, a few times, into an emptied directory.
Result<Fetched> fetch_into(os::StagingDirectory& staging, const Artifact& artifact,
                           const FetchOptions& options);

}  // namespace tfhub::client
