// URLs of Azure's blobs that are good for a while: a "service SAS", as Azure's documentation calls it
// ("Create a service SAS"). Made here, because what OpenDAL signs may also write and delete the blob, and
// where its user has a SAS token it would hand out that.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "store/bucket/bucket_location.h"

namespace tfhub::store {

// Of one container, with the account's key.
struct AzureSigner {
  std::string endpoint;   // "https://account.blob.core.windows.net"
  std::string account;    // its name
  std::string key;        // of the account: bytes
  std::string container;  // its name

  // A URL of the blob `path` ("a/b.tar.gz") that may be read by whoever has it, and nothing else, until
  // `end`.
  std::string url_to_read(const std::string& path, std::chrono::system_clock::time_point end) const;
};

// Nothing: the options (bucket_options()) hold no account key, or one that is not in base 64.
std::optional<AzureSigner> azure_signer(const BucketOptions& options);

}  // namespace tfhub::store
