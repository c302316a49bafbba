#include "client/store_functions.h"

#include "base/error.h"
#include "base/text.h"
#include "catalog/store_format.h"
#include "client/interruption.h"
#include "client/progress.h"
#include "client/store_location.h"

namespace tfhub::client {
namespace {

Result<std::shared_ptr<store::ObjectStore>> existing(const std::string& option) {
  TFHUB_ASSIGN(const std::string location, store_location(option));
  return open_hub_store(location, /*create=*/false);
}

std::string without_slashes(const std::string& name) {
  return std::string(without_trailing_slashes(name));
}

}  // namespace

Result<catalog::Inventory> store_list(const std::string& store, const std::string& prefix,
                                      const ProgressFunction& progress) {
  ProgressAdapter adapter(progress);
  TFHUB_ASSIGN(const auto opened, existing(store));
  std::vector<std::string> names;
  if (!prefix.empty()) names.push_back(without_slashes(prefix));
  return catalog::read_inventory(*opened, names, {adapter.get(), check_interrupted});
}

Result<catalog::CheckReport> store_verify(const std::string& store, const StoreVerifyOptions& options) {
  ProgressAdapter adapter(options.progress);
  const WorkInProgress work;
  TFHUB_ASSIGN(const auto opened, existing(store));
  catalog::CheckOptions check{
      .names = {}, .check_vocabulary = options.check_vocabulary, .work = {adapter.get(), check_interrupted}};
  for (const std::string& name : options.names) check.names.push_back(without_slashes(name));
  return catalog::check_store(*opened, check);
}

Result<catalog::GcReport> store_gc(const std::string& store, bool dry_run) {
  const WorkInProgress work;
  TFHUB_ASSIGN(const auto opened, existing(store));
  return catalog::collect_garbage(*opened, dry_run, {nullptr, check_interrupted});
}

Result<catalog::CopyReport> store_copy(const std::string& from, const std::string& to,
                                       const ProgressFunction& progress) {
  ProgressAdapter adapter(progress);
  const WorkInProgress work;
  TFHUB_ASSIGN(const auto source, open_hub_store(from, /*create=*/false));
  TFHUB_ASSIGN(const auto target, open_hub_store(to, /*create=*/true));
  if (source->url() == target->url())
    return fail(Code::kUsage, "{} cannot be copied to itself; name another store", source->url());
  TFHUB_ASSIGN(auto report, catalog::copy_store(*source, *target, {adapter.get(), check_interrupted}));
  TFHUB_TRY(catalog::put_format(*target));
  return report;
}

Result<StoreFormat> store_upgrade(const std::string& store) {
  TFHUB_ASSIGN(const auto opened, existing(store));
  TFHUB_ASSIGN(const unsigned format, catalog::check_format(*opened));
  return StoreFormat{opened->url(), format};
}

}  // namespace tfhub::client
