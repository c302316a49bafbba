// The care of a store, for the command: catalog/ does the work.
#pragma once

#include <string>
#include <vector>

#include "catalog/inventory.h"
#include "catalog/store_check.h"
#include "catalog/store_copy.h"
#include "catalog/store_gc.h"
#include "tfhub/hub.h"

namespace tfhub::client {

// `store`: where, as in PublishOptions. All of them: kNotFound when there is no such store, kUsage when a
// newer tfhub made it.

// What lies at or below a name ("acme", "acme/mul", "acme/mul/1"); empty: everything.
Result<catalog::Inventory> store_list(const std::string& store, const std::string& prefix,
                                      const ProgressFunction& progress);

struct StoreVerifyOptions {
  std::vector<std::string> names;
  std::function<Result<void>(std::string_view yaml)> check_vocabulary;
  ProgressFunction progress;
};
Result<catalog::CheckReport> store_verify(const std::string& store, const StoreVerifyOptions& options);

Result<catalog::GcReport> store_gc(const std::string& store, bool dry_run);

// `to` is made if it is a directory that is not there.
Result<catalog::CopyReport> store_copy(const std::string& from, const std::string& to,
                                       const ProgressFunction& progress);

struct StoreFormat {
  std::string store;
  unsigned format = 1;
};
// Nothing has to be upgraded yet: there is one format.
Result<StoreFormat> store_upgrade(const std::string& store);

}  // namespace tfhub::client
