// From the set of URLs that have an entry to models and their versions, with next to no reading: a model's
// entry never stands without a version below it (entry.h), so a URL that ends in a number and has no number
// below it is a version's. Only the few in between (".../float/1" as a model's name) must be looked at.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "catalog/catalog.h"
#include "store/object_store.h"

namespace tfhub::catalog {

using UrlSet = std::set<std::string, std::less<>>;

// The URLs whose entries lie below ".catalog/<folder>" (empty: all of them).
Result<UrlSet> list_urls(store::ObjectStore& store, const std::string& folder);

// Says whether the URL's entry is a model's; called only where the set leaves it open.
using IsModel = std::function<Result<bool>(const std::string& url_path)>;

// Every model with at least one version that counts. `urls` is what list_urls gave, for a folder with the
// folder's own URL added if it has an entry.
Result<std::map<std::string, ModelVersions>> models_of(const UrlSet& urls, const IsModel& is_model);

}  // namespace tfhub::catalog
