#include "client/open_cache.h"

#include "base/error.h"
#include "base/text.h"
#include "cache/bucket/bucket_cache.h"
#include "cache/directory_cache.h"
#include "cache/place.h"
#include "client/bucket_backend.h"
#include "client/local_path.h"

namespace tfhub::client {

Result<std::unique_ptr<cache::Cache>> open_cache(const std::string& option, Progress* progress) {
  TFHUB_ASSIGN(cache::Place chosen, cache::place_from_settings(option));
  const std::string place = chosen.directory = plain_path(chosen.directory);
  if (place.find("://") == std::string::npos)
    return std::make_unique<cache::DirectoryCache>(std::move(chosen));
  auto bucket = open_bucket_backend(place, progress);
  if (!bucket && bucket.error().code() == Code::kUsage)
    return fail(Code::kUsage, "{} cannot be the cache directory: {}; set TFHUB_CACHE_DIR to another place",
                printable(place), bucket.error().message());
  if (!bucket) return fail(std::move(bucket).error());
  return std::make_unique<cache::BucketCache>(std::move(*bucket));
}

}  // namespace tfhub::client
