#include "store/object_store.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace tfhub::store {

Result<std::optional<std::string>> read_small(ObjectStore& store, const std::string& key, size_t limit) {
  auto source = store.get(key);
  if (!source) {
    if (source.error().code() == Code::kNotFound) return std::nullopt;
    return fail(std::move(source).error());
  }
  std::string text;
  std::array<std::byte, 16384> buffer;
  while (true) {
    TFHUB_ASSIGN(const size_t n, (*source)->read(buffer));
    if (n == 0) return text;
    if (text.size() + n > limit) {
      return fail(Code::kCorrupt, "{} in {} is larger than the {} bytes that such an object may have", key,
                  store.url(), limit);
    }
    text.append(as_text(Bytes(buffer).first(n)));
  }
}

Result<void> put_small(ObjectStore& store, const std::string& key, Bytes bytes) {
  TFHUB_ASSIGN(auto writer, store.put(key));
  TFHUB_TRY(writer->write(bytes));
  return writer->commit();
}

Result<void> remove_all(ObjectStore& store, const std::vector<std::string>& keys) {
  if (auto* bucket = dynamic_cast<BucketObjects*>(&store))
    return keys.empty() ? Result<void>() : bucket->remove_all(keys);
  for (const std::string& key : keys) TFHUB_TRY(store.remove(key));
  return {};
}

Result<void> remove_prefix(ObjectStore& store, const std::string& prefix) {
  if (auto* local = dynamic_cast<LocalObjects*>(&store)) return local->remove_tree(prefix);
  TFHUB_ASSIGN(const Listing listing, store.list(prefix + "/", true));
  std::vector<std::string> keys;
  for (const ObjectInfo& object : listing.objects) keys.push_back(object.key);
  return remove_all(store, keys);
}

}  // namespace tfhub::store
