// HTML by hand: escaping, and the frame that every page of the hub has.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::server {

// For text and for attribute values in double quotes.
std::string escape_html(std::string_view text);

// A button that puts `text` on the clipboard, named "Copy <what>"; the script shows it where that is
// possible.
std::string copy_button(std::string_view what, std::string_view text);

// The picture that a document names as its icon, `pixels` wide and high; nothing where it names none, or what
// is no http(s) URL. It stands before the name that it decorates: where a browser cannot fetch it (a hub
// behind an air gap), nothing is missing, so it has no text of its own.
std::string document_icon(std::string_view url, unsigned pixels);

struct PageFrame {
  std::string_view title;             // escaped here, as all of these
  std::string_view search = {};       // what stands in the search field
  std::string_view alternate = {};    // path of the same thing as JSON, or empty
  std::string_view canonical = {};    // absolute URL of the page, or empty
  std::string_view description = {};  // a sentence about the page, or empty
  bool indexed = true;                // false: search engines keep to the canonical page
};
// `main` is HTML.
std::string frame_page(const PageFrame& frame, std::string_view main);

// Nothing but our own stylesheet and script: no inline code, no frame, no request to anybody else. Only
// images may come from elsewhere, because documents name them.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: "
    "http:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

}  // namespace tfhub::server
