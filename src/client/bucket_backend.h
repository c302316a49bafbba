// The store-backed bucket that a cache in a bucket works on.
#pragma once

#include <memory>
#include <string>

#include "base/progress.h"
#include "cache/bucket/backend.h"

namespace tfhub::client {

// `url`: "gs://bucket/path" and its like; kUsage where this build cannot open it, kNotFound for a bucket that
// is not there. What is uploaded is told to `progress`, if there is one.
Result<std::unique_ptr<cache::BucketBackend>> open_bucket_backend(const std::string& url, Progress* progress);

}  // namespace tfhub::client
