// Links to tfhub.dev, which is gone, as paths of this hub (documents link to https://tfhub.dev/…
// everywhere, and some write /collections/ for /collection/).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfhub::documents {

// "https://tfhub.dev/google/x/1?q#f" (also http:, //, any case, a standard port) gives "/google/x/1?q#f", one
// slash at the front whatever the URL had; nothing for a URL that leads elsewhere. A link that begins with
// `this_hub` (a base URL; empty: none) counts as well. A collection's page has no version, so the one that
// links to it carry is dropped: "/google/collections/bert/1" gives "/google/collection/bert".
std::optional<std::string> hub_path(std::string_view url, std::string_view this_hub = {});

// The same path without query, fragment and slashes around it: "google/x/1".
std::string bare_path(std::string_view path);

}  // namespace tfhub::documents
