// A directory as a store: a key is a path, a commit is a rename, put_if_absent is a link. Any number of
// processes may use one directory at once.
#pragma once

#include <memory>
#include <string>

#include "store/object_store.h"

namespace tfhub::store {

Result<std::shared_ptr<ObjectStore>> open_directory_store(const std::string& path, bool create);

}  // namespace tfhub::store
