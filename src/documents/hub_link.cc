#include "documents/hub_link.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr std::array<std::string_view, 2> kHosts = {"tfhub.dev", "www.tfhub.dev"};

bool starts_with_folded(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && lower_ascii(text.substr(0, lower.size())) == lower;
}

// What follows the host, if it is tfhub.dev's.
std::optional<std::string_view> after_host(std::string_view url) {
  for (const std::string_view scheme : {"https:", "http:"}) {
    if (!starts_with_folded(url, scheme)) continue;
    url.remove_prefix(scheme.size());
    break;
  }
  if (!url.starts_with("//")) return std::nullopt;
  url.remove_prefix(2);
  const size_t end = std::min(url.find_first_of("/\\?#"), url.size());
  const std::string authority = lower_ascii(url.substr(0, end));
  std::string_view host = authority;
  for (const std::string_view port : {":443", ":80"})
    if (host.ends_with(port)) host.remove_suffix(port.size());
  if (std::find(kHosts.begin(), kHosts.end(), host) == kHosts.end()) return std::nullopt;
  return url.substr(end);
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "/google/collections/bert/1" -> "/google/collection/bert".
std::string collection_page(std::string_view path) {
  const size_t publisher = path.find('/', 1);
  if (publisher == std::string_view::npos) return std::string(path);
  std::string_view rest = path.substr(publisher);
  if (rest.starts_with("/collections/")) {
    rest.remove_prefix(std::string_view("/collections").size());
  } else if (rest.starts_with("/collection/")) {
    rest.remove_prefix(std::string_view("/collection").size());
  } else {
    return std::string(path);
  }
  rest = without_trailing_slashes(rest);
  const size_t last = rest.rfind('/');
  if (last != std::string_view::npos && last > 0 && all_digits(rest.substr(last + 1)))
    rest = rest.substr(0, last);
  return std::string(path.substr(0, publisher)) + "/collection" + std::string(rest);
}

}  // namespace

std::optional<std::string> hub_path(std::string_view url, std::string_view this_hub) {
  url = trim(url);
  auto rest = after_host(url);
  this_hub = without_trailing_slashes(this_hub);
  if (!rest && !this_hub.empty() && url.starts_with(this_hub)) {
    const std::string_view after = url.substr(this_hub.size());
    if (after.empty() || std::string_view("/?#").find(after.front()) != std::string_view::npos) rest = after;
  }
  if (!rest) return std::nullopt;
  // "//evil.example" and "/\evil.example" would name another host.
  while (!rest->empty() && (rest->front() == '/' || rest->front() == '\\')) rest->remove_prefix(1);
  const std::string path = "/" + std::string(*rest);
  const size_t end = std::min(path.find_first_of("?#"), path.size());
  return collection_page(std::string_view(path).substr(0, end)) + path.substr(end);
}

std::string bare_path(std::string_view path) {
  path = path.substr(0, std::min(path.find_first_of("?#"), path.size()));
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(without_trailing_slashes(path));
}

}  // namespace tfhub::documents
