#include "server/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "documents/safe_url.h"
#include "protocol/url.h"
#include "server/assets.h"

namespace tfhub::server {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    const size_t length = first_utf8_character(text).length;
    if (length != 1) {
      // A page is UTF-8 whatever somebody asked for; a byte that is none becomes U+FFFD.
      out.append(length == 0 ? "\xef\xbf\xbd" : text.substr(0, length));
      text.remove_prefix(std::max<size_t>(length, 1));
      continue;
    }
    text.remove_prefix(1);
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\'':
        out.append("&#39;");
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string copy_button(std::string_view what, std::string_view text) {
  return fmt::format(
      "<button type=\"button\" class=\"copy\" data-copy=\"{}\" hidden>Copy<span class=\"hidden\"> "
      "{}</span></button>",
      escape_html(text), escape_html(what));
}

std::string document_icon(std::string_view url, unsigned pixels) {
  const auto safe = documents::safe_url(url, documents::UrlUse::kImage);
  const auto parsed = safe ? protocol::Url::parse(*safe) : std::nullopt;
  if (!parsed || (parsed->scheme != "https" && parsed->scheme != "http") || parsed->authority.empty())
    return {};
  return fmt::format(
      "<img class=\"icon\" src=\"{0}\" alt=\"\" width=\"{1}\" height=\"{1}\" loading=\"lazy\" "
      "referrerpolicy=\"no-referrer\">",
      escape_html(*safe), pixels);
}

std::string frame_page(const PageFrame& frame, std::string_view main) {
  std::string links;
  if (!frame.canonical.empty()) {
    links +=
        fmt::format("<link rel=\"canonical\" href=\"{0}\">\n<meta property=\"og:url\" content=\"{0}\">\n",
                    escape_html(frame.canonical));
  }
  if (!frame.description.empty())
    links += fmt::format(
        "<meta name=\"description\" content=\"{0}\">\n<meta property=\"og:description\" content=\"{0}\">\n",
        escape_html(frame.description));
  if (!frame.indexed) links += "<meta name=\"robots\" content=\"noindex\">\n";
  if (!frame.alternate.empty())
    links += fmt::format("<link rel=\"alternate\" type=\"application/json\" href=\"{}\">\n",
                         escape_html(frame.alternate));
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta property="og:title" content="{title}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="TensorFlow Hub">
<link rel="icon" type="image/svg+xml" href="{icon}">
<link rel="stylesheet" href="{style}">
<script src="{script}" defer></script>
{links}</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a class="home" href="/">TensorFlow Hub</a>
<form action="/s" role="search">
<label class="hidden" for="q">Search models</label>
<input id="q" name="q" type="search" placeholder="Search models" value="{search}" autocomplete="off">
<button type="submit">Search</button>
</form>
</header>
<main id="main">
{main}</main>
<footer>
<a href="/s">All models</a> <a href="/api/v1/models">JSON</a> <a href="/openapi.json">API</a>
</footer>
</body>
</html>
)",
      fmt::arg("title", escape_html(frame.title)), fmt::arg("style", stylesheet().path),
      fmt::arg("script", script().path), fmt::arg("icon", icon().path), fmt::arg("links", links),
      fmt::arg("search", escape_html(frame.search)), fmt::arg("main", main));
}

}  // namespace tfhub::server
