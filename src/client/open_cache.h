// Which cache a call works on.
#pragma once

#include <memory>
#include <string>

#include "base/progress.h"
#include "cache/cache.h"

namespace tfhub::client {

// TFHUB_CACHE_DIR, the option, the default: a directory, "file:///directory", or a place in a bucket
// ("gs://bucket/path"), where what is uploaded is told to `progress`. kUsage for what this build cannot open,
// kNotFound for a bucket that is not there. Nothing is made yet.
Result<std::unique_ptr<cache::Cache>> open_cache(const std::string& option, Progress* progress = nullptr);

}  // namespace tfhub::client
