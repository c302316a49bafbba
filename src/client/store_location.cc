#include "client/store_location.h"

#include <cstdlib>

#include "base/error.h"
#include "base/settings.h"
#include "catalog/store_format.h"
#include "os/file.h"

namespace tfhub::client {

Result<std::string> store_location(const std::string& option) {
  if (!option.empty()) return with_home(option);
  if (std::string store = get(settings::kStore); !store.empty()) return store;
  // The XDG base directory specification: only an absolute path counts.
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') return os::join(data, "tfhub");
  const char* home = std::getenv("HOME");
  // A container's random user has "/" for a home, where nobody may write.
  if (home != nullptr && *home == '/' && home[1] != '\0') return os::join(home, ".local/share/tfhub");
  return fail(Code::kUsage,
              "no store is named and there is no home directory for the default one; give --store, or set "
              "TFHUB_STORE");
}

Result<std::shared_ptr<store::ObjectStore>> open_hub_store(const std::string& location, bool create) {
  TFHUB_ASSIGN(auto store, store::open_store(location, create));
  TFHUB_TRY(catalog::check_format(*store));
  return store;
}

}  // namespace tfhub::client
