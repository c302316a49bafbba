// HTML by hand: escaping, and the frame that every page of the hub has.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::server {

// For text and for attribute values in double quotes.
std::string escape_html(std::string_view text);

struct PageFrame {
  std::string_view title;      // escaped here
  std::string_view search;     // what stands in the search field; escaped here
  std::string_view alternate;  // path of the same thing as JSON, or empty
  std::string_view canonical;  // absolute URL of the page, or empty
};
// `main` is HTML.
std::string frame_page(const PageFrame& frame, std::string_view main);

// /static/style.css, and its path with a version that changes when it does.
std::string_view stylesheet();
const std::string& stylesheet_path();

// Nothing but our own stylesheet: no script, no frame, no request to anybody else.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

}  // namespace tfhub::server
