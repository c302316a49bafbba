#include "catalog/store_gc.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/entry.h"
#include "catalog/version_objects.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

// Which version an object of the bucket layout would belong to.
std::optional<std::string> version_of(std::string_view key) {
  constexpr std::string_view kFolder = "/uncompressed/";
  std::string_view url = key;
  if (const size_t folder = key.find(kFolder); folder != std::string_view::npos) {
    url = key.substr(0, folder);
  } else {
    for (const std::string_view ending : {".tar.gz", ".tflite"})
      if (url.ends_with(ending)) url.remove_suffix(ending.size());
    if (url.size() == key.size()) return std::nullopt;
  }
  if (!protocol::VersionedName::parse(url)) return std::nullopt;
  return std::string(url);
}

// The keys of one version after another, as a listing has them.
class Named {
 public:
  explicit Named(store::ObjectStore& store) : store_(store) {}

  Result<bool> names(const std::string& key) {
    const auto url = version_of(key);
    if (!url) return false;
    if (*url != url_) {
      keys_.clear();
      damaged_ = false;
      const auto entry = read_entry(store_, *url);
      if (!entry && entry.error().code() != Code::kCorrupt) return fail(entry.error());
      damaged_ = !entry;
      if (entry && *entry && !(*entry)->is_model())
        for (VersionObject& object : objects_of(*(*entry)->version)) keys_.insert(std::move(object.key));
      url_ = *url;
    }
    // Of a damaged record nobody knows what it names; `store verify` tells of it.
    return damaged_ || keys_.contains(key);
  }

 private:
  store::ObjectStore& store_;
  std::string url_;
  std::set<std::string> keys_;
  bool damaged_ = false;
};

// A promotion begins after its record, and no record that was promoted is ever taken back: so what lies at a
// final key without one was put there by somebody else, or its record is lost. Neither is ours to remove.
Result<std::vector<UnknownObject>> unknown_objects(store::ObjectStore& store, const LongWork& work) {
  std::vector<UnknownObject> unknown;
  TFHUB_ASSIGN(const auto top, store.list("", false));
  for (const auto& object : top.objects)
    if (object.key != protocol::kFormatKey) unknown.push_back({object.key, object.size});
  // One publisher at a time, so that memory holds one's keys only.
  for (const std::string& prefix : top.prefixes) {
    if (prefix.starts_with('.')) continue;
    TFHUB_ASSIGN(const auto listing, store.list(prefix, true));
    Named named(store);
    for (const auto& object : listing.objects) {
      TFHUB_TRY(work.check());
      TFHUB_ASSIGN(const bool known, named.names(object.key));
      if (!known) unknown.push_back({object.key, object.size});
    }
  }
  return unknown;
}

}  // namespace

uint64_t GcReport::freed() const {
  uint64_t bytes = 0;
  for (const Collected& each : staging) bytes += each.bytes;
  for (const store::LeftOver& each : temporary) bytes += each.bytes;
  return bytes;
}

Result<GcReport> collect_garbage(store::ObjectStore& store, bool dry_run, const LongWork& work) {
  GcReport report;
  // First, because any write to a directory sweeps too, and says nothing.
  if (auto* local = dynamic_cast<store::LocalObjects*>(&store)) {
    TFHUB_ASSIGN(report.temporary, local->remove_left_overs(dry_run));
  }
  TFHUB_TRY(work.check());
  TFHUB_ASSIGN(report.staging, collect_dead_staging(store, dry_run));
  TFHUB_ASSIGN(report.unknown, unknown_objects(store, work));
  return report;
}

}  // namespace tfhub::catalog
