// Which URLs a document may hold. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfhub::documents {

// The URL as it may be written: http, https, mailto (links only), relative and #fragment. Nothing for any
// other scheme, however it is dressed up: a browser drops white space around a URL and tabs and line ends
// within it, so these go first (URL standard, 4.4), and what still holds a control character is refused.
// `url` is decoded already.
enum class UrlUse { kLink, kImage };
std::optional<std::string> safe_url(std::string_view url, UrlUse use);

// Whether a safe URL leads to another host.
bool is_external(std::string_view safe_url);

// Bare URLs in text ("see https://x.example/y.") are links, as GitHub has it: the length of the one that
// `text` begins with, without the punctuation that ends the sentence; 0: none.
size_t bare_url_length(std::string_view text);
// Where the next one begins; npos: none.
size_t find_bare_url(std::string_view text, size_t from);

}  // namespace tfhub::documents
