// Finding the backend of a location by its URL scheme.
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "store/directory_store.h"
#include "store/object_store.h"
#ifdef TFHUB_CLOUD
#include "store/bucket/bucket_store.h"
#endif

namespace tfhub::store {
namespace {

constexpr std::string_view kFileScheme = "file://";

struct Registry {
  std::mutex mutex;
  std::map<std::string, StoreOpener> openers;

  Registry() {
#ifdef TFHUB_CLOUD
    for (const char* scheme : {"az", "gs", "s3"})
      openers[scheme] = [](const std::string& location, bool) { return open_bucket_store(location); };
#endif
  }
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

void register_store_scheme(const std::string& scheme, StoreOpener opener) {
  const std::lock_guard guard(registry().mutex);
  registry().openers[scheme] = std::move(opener);
}

std::vector<std::string> store_schemes() {
  std::vector<std::string> schemes = {"file"};
  const std::lock_guard guard(registry().mutex);
  for (const auto& [scheme, opener] : registry().openers) schemes.push_back(scheme);
  return schemes;
}

Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, bool create) {
  if (location.empty()) return fail(Code::kUsage, "a store's location is empty; give a directory");
  if (location.starts_with(kFileScheme)) {
    const std::string path = location.substr(kFileScheme.size());
    if (!path.starts_with('/')) {
      return fail(Code::kUsage, "{} does not name a store: write file:///absolute/path, or the path alone",
                  printable(location));
    }
    return open_directory_store(path, create);
  }
  const size_t end = location.find("://");
  if (end == std::string::npos) return open_directory_store(location, create);

  const std::string scheme = lower_ascii(location.substr(0, end));
  StoreOpener opener;
  {
    const std::lock_guard guard(registry().mutex);
    if (const auto found = registry().openers.find(scheme); found != registry().openers.end())
      opener = found->second;
  }
  if (opener) return opener(location, create);
  std::string known;
  for (const std::string& name : store_schemes()) known += (known.empty() ? "" : ", ") + name + "://";
  return fail(Code::kUsage, "this tfhub cannot open the store {}: it knows directories and {}",
              printable(redacted(location)), known);
}

}  // namespace tfhub::store
