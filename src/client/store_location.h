// Which store is meant when nobody says it, and opening it.
#pragma once

#include <memory>
#include <string>

#include "store/object_store.h"
#include "tfhub/result.h"

namespace tfhub::client {

// `option`, else TFHUB_STORE, else tfhub in $XDG_DATA_HOME (~/.local/share). kUsage when there is no home
// either.
Result<std::string> store_location(const std::string& option);

// store::open_store(), and kUsage when a newer tfhub has given the store a format that this one does not
// know.
Result<std::shared_ptr<store::ObjectStore>> open_hub_store(const std::string& location, bool create);

}  // namespace tfhub::client
