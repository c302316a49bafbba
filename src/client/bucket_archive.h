// "gs://bucket/model.tar.gz" where the public may not read it: with the user's credentials.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/byte_stream.h"
#include "tfhub/result.h"

namespace tfhub::client {

struct BucketArchive {
  std::unique_ptr<ByteSource> content;
  uint64_t size = 0;
};
// Nothing: this build has no way to buckets. kNotFound, kNotAllowed, kNetwork.
Result<std::optional<BucketArchive>> open_bucket_archive(const std::string& bucket_url);

}  // namespace tfhub::client
