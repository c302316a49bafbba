#include "hubfs/location.h"

#include <vector>

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "protocol/handle.h"

namespace tfhub::hubfs {
namespace {

// Where the path begins: behind "scheme://authority".
size_t path_begin(std::string_view url) {
  const size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? 0 : std::min(url.find('/', scheme + 3), url.size());
}

}  // namespace

std::string normal_path(std::string_view text) {
  const size_t begin = path_begin(text);
  std::vector<std::string_view> segments;
  for (size_t at = begin; at < text.size();) {
    const size_t end = std::min(text.find('/', at), text.size());
    const std::string_view segment = text.substr(at, end - at);
    at = end + 1;
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string normal(text.substr(0, begin));
  for (const std::string_view segment : segments) normal.append("/").append(segment);
  return normal;
}

Result<Location> Location::parse(std::string_view text) {
  const bool is_hub = text.starts_with("hub.http://") || text.starts_with("hub.https://");
  const std::string_view url = text.substr(is_hub ? kSchemePrefix.size() : 0);
  if (!is_hub || path_begin(url) <= url.find("://") + 3)
    return fail(Code::kUsage, "{} is no path in a hub; write hub.http://HOST/PUBLISHER/MODEL/VERSION",
                printable(redacted(text)));
  TFHUB_ASSIGN(const std::string fetched, protocol::apply_mirrors(get(settings::kMirrors), normal_path(url)));
  const size_t begin = path_begin(fetched);
  return Location{fetched.substr(0, begin), fetched.substr(std::min(begin + 1, fetched.size()))};
}

}  // namespace tfhub::hubfs
