#include "catalog/store_format.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxFormat = 64 << 10;
// The oldest tfhub that reads and writes kStoreFormat: it is told to whoever has an older one.
constexpr const char* kNeeds = "0.1.0";

}  // namespace

Result<unsigned> check_format(store::ObjectStore& store) {
  TFHUB_ASSIGN(const auto text, store::read_small(store, std::string(protocol::kFormatKey), kMaxFormat));
  if (!text) return 1;
  const Json root = Json::parse(*text, nullptr, false);
  const auto number = root.is_object() ? root.find("format") : root.end();
  if (number == root.end() || !number->is_number_unsigned() || *number == 0)
    return fail(Code::kCorrupt, "{} in the store {} is damaged; restore it from a copy of the store",
                protocol::kFormatKey, store.url());
  const auto format = number->get<uint64_t>();
  if (format <= kStoreFormat) return static_cast<unsigned>(format);
  const auto needs = root.find("tfhub");
  const std::string version =
      needs != root.end() && needs->is_string() ? needs->get<std::string>() + " or newer" : "a newer one";
  return fail(Code::kUsage, "the store {} has format {}, and this tfhub knows formats up to {}; use tfhub {}",
              store.url(), format, kStoreFormat, printable(version));
}

Result<void> put_format(store::ObjectStore& store) {
  const std::string key(protocol::kFormatKey);
  TFHUB_ASSIGN(const auto there, store.head(key));
  if (there) return {};
  const std::string text = Json{{"format", kStoreFormat}, {"tfhub", kNeeds}}.dump(1) + "\n";
  TFHUB_TRY(store.put_if_absent(key, as_bytes(text)));
  return {};
}

}  // namespace tfhub::catalog
