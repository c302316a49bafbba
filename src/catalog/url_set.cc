#include "catalog/url_set.h"

#include <algorithm>

#include "base/error.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

std::string_view last_segment(std::string_view url) {
  return url.substr(url.rfind('/') + 1);
}

bool is_number(std::string_view segment) {
  return protocol::parse_version(segment).has_value();
}

// Whether some "<url>/<number>" is in the set.
bool has_number_below(const UrlSet& urls, const std::string& url) {
  const std::string prefix = url + "/";
  for (auto it = urls.lower_bound(prefix); it != urls.end() && it->starts_with(prefix);) {
    const std::string_view rest = std::string_view(*it).substr(prefix.size());
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (segment.size() == rest.size() && is_number(segment)) return true;
    if (segment.size() == rest.size()) {
      ++it;
    } else {
      it = urls.lower_bound(prefix + std::string(segment) +
                            "0");  // '0' follows '/': past all of that segment's
    }
  }
  return false;
}

}  // namespace

Result<UrlSet> list_urls(store::ObjectStore& store, const std::string& folder) {
  std::string prefix(protocol::kCatalogPrefix);
  if (!folder.empty()) prefix += folder + "/";
  const std::string suffix = "/" + std::string(protocol::kEntryName);
  TFHUB_ASSIGN(const auto listing, store.list(prefix, true));
  UrlSet urls;
  for (const auto& object : listing.objects) {
    std::string_view url = object.key;
    if (!url.ends_with(suffix)) continue;
    url.remove_suffix(suffix.size());
    if (url.size() > protocol::kCatalogPrefix.size())
      urls.emplace(url.substr(protocol::kCatalogPrefix.size()));
  }
  return urls;
}

Result<std::map<std::string, ModelVersions>> models_of(const UrlSet& urls, const IsModel& is_model) {
  std::map<std::string, bool> known;
  const auto model = [&](const std::string& url) -> Result<bool> {
    if (!urls.contains(url)) return false;
    if (!is_number(last_segment(url))) return true;
    if (!has_number_below(urls, url)) return false;
    if (const auto found = known.find(url); found != known.end()) return found->second;
    TFHUB_ASSIGN(const bool answer, is_model(url));
    known.emplace(url, answer);
    return answer;
  };

  std::map<std::string, ModelVersions> models;
  for (const std::string& url : urls) {
    if (!is_number(last_segment(url))) continue;
    auto id = protocol::VersionedName::parse(url);
    if (!id) continue;
    TFHUB_ASSIGN(const bool parent_is_model, model(id->name.text()));
    if (!parent_is_model) continue;
    TFHUB_ASSIGN(const bool itself_is_model, model(url));
    if (itself_is_model) continue;
    auto& versions = models.try_emplace(id->name.text(), ModelVersions{id->name, {}}).first->second.versions;
    versions.push_back(id->version);
  }
  for (auto& [name, entry] : models) std::sort(entry.versions.begin(), entry.versions.end());
  return models;
}

}  // namespace tfhub::catalog
