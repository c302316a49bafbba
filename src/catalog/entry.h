// What a URL of the hub means, as the store's catalogue says it: one entry for each, ".catalog/<url
// path>/.entry.json", put if absent and never changed, so that a URL never means two things.
//
// A version record counts once its model has an entry too. The record is put first, the model's entry second;
// whoever meets a record alone puts the entry in the publisher's place. So a model's entry never stands
// without a version.
#pragma once

#include <optional>
#include <string>

#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

struct Entry {
  std::optional<VersionRecord> version;  // nothing: the URL is a model's
  bool is_model() const { return !version.has_value(); }
};

// Nothing when the URL has no entry; kCorrupt when it is not one, or another URL's.
Result<std::optional<Entry>> read_entry(store::ObjectStore& store, const std::string& url_path);

// Makes sure that `name` is a model's URL: false when it is a version's.
Result<bool> claim_model(store::ObjectStore& store, const protocol::ModelName& name);

}  // namespace tfhub::catalog
