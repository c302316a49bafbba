#include "catalog/entry.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

using Json = nlohmann::ordered_json;

// A record of 100,000 files with long names.
constexpr size_t kMaxEntry = 256 << 20;

std::string model_json(const protocol::ModelName& name) {
  return Json{{"type", "model"}, {"name", name.text()}}.dump(1) + "\n";
}

tl::unexpected<Error> not_an_entry(const store::ObjectStore& store, const std::string& url_path,
                                   std::string why) {
  return fail(
      Error(Code::kCorrupt, std::move(why))
          .in(fmt::format("the entry of {} in the store {} is damaged; restore it from a copy of the store",
                          url_path, store.url())));
}

}  // namespace

Result<std::optional<Entry>> read_entry(store::ObjectStore& store, const std::string& url_path) {
  TFHUB_ASSIGN(const auto text, store::read_small(store, protocol::entry_key(url_path), kMaxEntry));
  if (!text) return std::nullopt;
  // A model's entry is compared whole: it has only one spelling.
  if (const auto name = protocol::ModelName::parse(url_path); name && *text == model_json(*name))
    return Entry{};
  auto record = VersionRecord::from_json(*text);
  if (!record) return not_an_entry(store, url_path, record.error().message());
  if (record->id.text() != url_path)
    return not_an_entry(store, url_path, "it is that of " + record->id.text());
  return Entry{std::move(*record)};
}

Result<bool> claim_model(store::ObjectStore& store, const protocol::ModelName& name) {
  TFHUB_ASSIGN(const bool created,
               store.put_if_absent(protocol::entry_key(name.text()), as_bytes(model_json(name))));
  if (created) return true;
  TFHUB_ASSIGN(const auto entry, read_entry(store, name.text()));
  return entry && entry->is_model();
}

}  // namespace tfhub::catalog
