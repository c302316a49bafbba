// "gs://bucket/prefix" and its like: which cloud's object store, and with what it is opened. Credentials come
// from where each cloud's users expect them; OpenDAL looks there by itself, unless a setting says otherwise.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::store {

struct BucketLocation {
  std::string scheme;  // "gs", "s3", "az"
  std::string bucket;  // Azure: the container
  std::string prefix;  // "a/b", or empty

  std::string url() const;                            // as a person would write it, without a trailing slash
  std::string path_of(const std::string& key) const;  // in the bucket: "prefix/key"
};

// kUsage when it names no bucket.
Result<BucketLocation> parse_bucket_location(const std::string& location);

// What OpenDAL calls the cloud's service, and the options that make it, read from the environment at this
// moment.
std::string_view bucket_service(const BucketLocation& location);
using BucketOptions = std::vector<std::pair<std::string, std::string>>;
Result<BucketOptions> bucket_options(const BucketLocation& location);

}  // namespace tfhub::store
