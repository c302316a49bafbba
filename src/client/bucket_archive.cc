#include "client/bucket_archive.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "store/object_store.h"

namespace tfhub::client {

Result<std::optional<BucketArchive>> open_bucket_archive(const std::string& bucket_url) {
  const auto schemes = store::store_schemes();
  const std::string scheme = bucket_url.substr(0, bucket_url.find("://"));
  if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) return std::nullopt;
  TFHUB_ASSIGN(const auto store, store::open_store(os::parent(bucket_url), /*create=*/false));
  const std::string name = os::base_name(bucket_url);
  TFHUB_ASSIGN(const auto info, store->head(name));
  if (!info) return fail(Code::kNotFound, "there is no {}", printable(bucket_url));
  TFHUB_ASSIGN(auto content, store->get(name));
  return BucketArchive{std::move(content), info->size};
}

}  // namespace tfhub::client
