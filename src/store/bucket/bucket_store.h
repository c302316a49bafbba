// A bucket (Google's, Amazon's, Azure's, or what speaks like one) as a store, through Apache OpenDAL. Its
// writes are durable and visible at commit. A build without cloud support has only the words that say so.
#pragma once

#include <memory>
#include <string>

#include "store/object_store.h"

namespace tfhub::store {

// kNotFound when there is no such bucket, kNotAllowed when the credentials are missing or refused, kNetwork
// when the service does not answer: told at once, by one small request.
Result<std::shared_ptr<ObjectStore>> open_bucket_store(const std::string& location);

}  // namespace tfhub::store
