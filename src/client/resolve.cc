#include "base/error.h"
#include "base/settings.h"
#include "base/text.h"
#include "client/bucket_path.h"
#include "client/cached_model.h"
#include "client/local_path.h"
#include "client/open_cache.h"
#include "client/progress.h"
#include "protocol/handle.h"
#include "tfhub/hub.h"

namespace tfhub {
namespace {

Result<protocol::LoadFormat> load_format(const std::string& option) {
  const char* environment = std::getenv(std::string(settings::kLoadFormat.environment).c_str());
  const bool set = environment != nullptr && *environment != '\0';
  return protocol::parse_load_format(set ? std::string_view(environment) : std::string_view(option));
}

}  // namespace

// A hit of a versioned handle must stay a few system calls: nothing is built here before the cache was asked.
Result<std::string> resolve(const std::string& handle, const ResolveOptions& options) {
  TFHUB_ASSIGN(const protocol::LoadFormat format, load_format(options.load_format));
  const protocol::HandleKind kind = protocol::classify(handle);
  if (kind == protocol::HandleKind::kPath) return client::existing_path(handle);
  if (kind == protocol::HandleKind::kHttp && format == protocol::LoadFormat::kUncompressed)
    return client::bucket_path(handle);

  client::ProgressAdapter progress(options.progress);
  TFHUB_ASSIGN(const auto cache, client::open_cache(options.cache_dir, progress.get()));
  return client::CachedModel(*cache, protocol::Format::kCompressed, progress.get()).path(handle);
}

}  // namespace tfhub
