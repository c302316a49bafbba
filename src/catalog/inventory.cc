#include "catalog/inventory.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "catalog/entry.h"
#include "catalog/url_set.h"
#include "protocol/keys.h"
#include "store/side_by_side.h"

namespace tfhub::catalog {
namespace {

struct Read {
  std::optional<StoredVersion> version;  // nothing: a model's
  std::string staging;
  std::optional<std::string> damage;
  bool gone = false;
};

Result<UrlSet> urls_within(store::ObjectStore& store, const std::vector<std::string>& names) {
  if (names.empty()) return list_urls(store, "");
  UrlSet urls;
  for (const std::string& name : names) {
    TFHUB_ASSIGN(auto below, list_urls(store, name));
    urls.merge(below);
    TFHUB_ASSIGN(const auto own, store.head(protocol::entry_key(name)));
    if (own) urls.insert(name);
  }
  return urls;
}

Result<Read> read_one(store::ObjectStore& store, const std::string& url) {
  Read read;
  auto entry = read_entry(store, url);
  if (!entry) {
    if (!is_damage(entry.error())) return fail(std::move(entry).error());
    read.damage = cause_of(entry.error());
  } else if (!*entry) {
    read.gone = true;
  } else if (!(*entry)->is_model()) {
    const VersionRecord& record = *(*entry)->version;
    const uint64_t size = total_size(record.files);
    read.staging = record.staging;
    read.version = StoredVersion{.id = record.id,
                                 .kind = record.kind,
                                 .published = record.published,
                                 .archive_size = record.archive_size,
                                 .archive_sha256 = record.archive_sha256,
                                 .files = record.files.size(),
                                 .size = size,
                                 .stored = record.archive_size + (record.has_uncompressed() ? size : 0),
                                 .counts = false,
                                 .staged = false};
  }
  return read;
}

Result<std::set<std::string>> staging_tokens(store::ObjectStore& store) {
  TFHUB_ASSIGN(const auto listing, store.list(std::string(protocol::kStagingPrefix), false));
  std::set<std::string> tokens;
  for (std::string_view prefix : listing.prefixes) {
    prefix.remove_prefix(protocol::kStagingPrefix.size());
    tokens.emplace(prefix.substr(0, prefix.size() - 1));
  }
  return tokens;
}

// Whether somewhere below "<model>/" a number has an entry, readable or not.
bool has_version(const UrlSet& urls, const std::string& model) {
  const std::string prefix = model + "/";
  for (auto it = urls.lower_bound(prefix); it != urls.end() && it->starts_with(prefix); ++it)
    if (protocol::parse_version(std::string_view(*it).substr(prefix.size()))) return true;
  return false;
}

}  // namespace

bool is_damage(const Error& error) {
  return error.code() != Code::kNetwork && error.code() != Code::kOffline;
}

std::string cause_of(const Error& error) {
  return error.chain().empty() ? error.message() : error.chain().back();
}

size_t Inventory::models() const {
  std::set<std::string> names;
  for (const StoredVersion& version : versions)
    if (version.counts) names.insert(version.id.name.text());
  return names.size();
}

std::string_view state_of(const StoredVersion& version) {
  if (!version.counts) return "unfinished";
  return version.staged ? "promoting" : "published";
}

bool within(const std::string& url_path, const std::vector<std::string>& names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return url_path == name || url_path.starts_with(name + "/");
         });
}

Result<Inventory> read_inventory(store::ObjectStore& store, const std::vector<std::string>& names,
                                 const LongWork& work) {
  TFHUB_ASSIGN(const UrlSet set, urls_within(store, names));
  // Before the records: what is promoted meanwhile is told as being promoted, never the other way round.
  TFHUB_ASSIGN(const auto tokens, staging_tokens(store));
  const std::vector<std::string> urls(set.begin(), set.end());
  std::vector<Read> all(urls.size());
  const auto read = [&](size_t i) -> Result<void> {
    TFHUB_TRY(work.check());
    TFHUB_ASSIGN(all[i], read_one(store, urls[i]));
    return {};
  };
  TFHUB_TRY(store::side_by_side(store, urls.size(), read));

  Inventory inventory;
  std::map<std::string, bool> models;
  for (size_t i = 0; i < urls.size(); ++i) {
    if (all[i].gone) continue;
    if (all[i].damage) {
      inventory.unreadable.push_back({urls[i], *all[i].damage});
      models[urls[i]] = true;  // told once, as what it is
    } else {
      models[urls[i]] = !all[i].version;
      if (!all[i].version && !has_version(set, urls[i])) inventory.empty_models.push_back(urls[i]);
    }
  }
  for (Read& each : all) {
    if (!each.version) continue;
    const std::string& model = each.version->id.name.text();
    if (!models.contains(model)) {
      TFHUB_ASSIGN(const auto head, store.head(protocol::entry_key(model)));
      const auto entry = head ? read_entry(store, model) : Result<std::optional<Entry>>(std::nullopt);
      if (!entry && !is_damage(entry.error())) return fail(entry.error());
      models[model] = !entry || (*entry && (*entry)->is_model());
    }
    each.version->counts = models[model];
    each.version->staged = tokens.contains(each.staging);
    inventory.versions.push_back(std::move(*each.version));
  }
  std::sort(inventory.versions.begin(), inventory.versions.end(), [](const auto& a, const auto& b) {
    return std::pair(a.id.name.text(), a.id.version) < std::pair(b.id.name.text(), b.id.version);
  });
  return inventory;
}

}  // namespace tfhub::catalog
