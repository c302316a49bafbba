#include "client/resolve.h"

#include "base/error.h"
#include "base/settings.h"
#include "base/text.h"
#include "cache/place.h"
#include "client/bucket_path.h"
#include "client/cached_model.h"
#include "client/local_path.h"
#include "client/open_cache.h"
#include "client/progress.h"
#include "client/versions.h"
#include "protocol/handle.h"
#include "protocol/url.h"

namespace tfhub {
namespace {

Result<protocol::LoadFormat> load_format(const std::string& option) {
  const char* environment = std::getenv(std::string(settings::kLoadFormat.environment).c_str());
  const bool set = environment != nullptr && *environment != '\0';
  return protocol::parse_load_format(set ? std::string_view(environment) : std::string_view(option));
}

bool is_read_in_place(protocol::HandleKind kind, protocol::LoadFormat format) {
  return kind == protocol::HandleKind::kHttp && format == protocol::LoadFormat::kUncompressed;
}

}  // namespace

namespace client {

Result<std::optional<std::string>> resolve_at_once(const std::string& handle, const ResolveOptions& options) {
  TFHUB_ASSIGN(const protocol::LoadFormat format, load_format(options.load_format));
  const protocol::HandleKind kind = protocol::classify(handle);
  if (kind == protocol::HandleKind::kPath) return existing_path(handle);
  if (is_read_in_place(kind, format) || looks_unversioned(handle)) return std::nullopt;
  TFHUB_ASSIGN(const cache::Place place, cache::place_from_settings(options.cache_dir));
  if (protocol::is_bucket_url(place.directory)) return std::nullopt;
  TFHUB_ASSIGN(const auto cache, open_cache(options.cache_dir));
  TFHUB_ASSIGN(const auto hit, cache->find(handle));
  if (!hit || hit->alias) return std::nullopt;
  return hit->path;
}

}  // namespace client

// A hit of a versioned handle must stay a few system calls: nothing is built here before the cache was asked.
Result<std::string> resolve(const std::string& handle, const ResolveOptions& options) {
  TFHUB_ASSIGN(const protocol::LoadFormat format, load_format(options.load_format));
  const protocol::HandleKind kind = protocol::classify(handle);
  if (kind == protocol::HandleKind::kPath) return client::existing_path(handle);
  if (is_read_in_place(kind, format)) return client::bucket_path(handle);

  client::ProgressAdapter progress(options.progress);
  TFHUB_ASSIGN(const auto cache, client::open_cache(options.cache_dir, progress.get()));
  return client::CachedModel(*cache, protocol::Format::kCompressed, progress.get()).path(handle);
}

}  // namespace tfhub
