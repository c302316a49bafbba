// Where the bytes of a handle are fetched from: mirrors, buckets, the format's query. The handle itself stays
// the cache key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/format.h"
#include "transfer/http.h"

namespace tfhub::client {

// TFHUB_MIRRORS applied, then the format's parameter added; a gs:// archive becomes an object of
// kGcsEndpoint. A mirrored handle never falls back to its origin.
Result<std::string> origin_url(std::string_view handle, protocol::Format format);

// The archive in a bucket that origin_url() makes a URL of, "gs://…"; nothing for what a host serves.
Result<std::optional<std::string>> bucket_origin(std::string_view handle);

Result<bool> offline();
// kOffline: `handle` is not in `directory` and may not be fetched.
Error offline_error(std::string_view handle, std::string_view directory);

}  // namespace tfhub::client
