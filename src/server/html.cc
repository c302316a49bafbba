#include "server/html.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace tfhub::server {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
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

std::string frame_page(const PageFrame& frame, std::string_view main) {
  std::string links;
  if (!frame.canonical.empty())
    links += fmt::format("<link rel=\"canonical\" href=\"{}\">\n", escape_html(frame.canonical));
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
<link rel="stylesheet" href="{style}">
{links}</head>
<body>
<header>
<a class="home" href="/">TensorFlow Hub</a>
<form action="/s" role="search">
<label class="hidden" for="q">Search models</label>
<input id="q" name="q" type="search" placeholder="Search models" value="{search}">
<button type="submit">Search</button>
</form>
</header>
<main>
{main}</main>
<footer>
<a href="/api/v1/models">JSON</a> <a href="/openapi.json">API</a>
</footer>
</body>
</html>
)",
      fmt::arg("title", escape_html(frame.title)), fmt::arg("style", stylesheet_path()),
      fmt::arg("links", links), fmt::arg("search", escape_html(frame.search)), fmt::arg("main", main));
}

std::string_view stylesheet() {
  static constexpr std::string_view kStyle = R"css(:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --surface: #ffffff; --text: #22262b; --quiet: #5b6470; --line: #e1ded8; --accent: #a8480b;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --surface: #1e2125; --text: #e4e6e9; --quiet: #a0a8b2; --line: #33383e; --accent: #f2a25c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; justify-content: space-between;
  padding: 1rem 0; border-bottom: 1px solid var(--line); }
.home { font-weight: 600; color: var(--text); text-decoration: none; }
form { display: flex; gap: 0.5rem; flex: 0 1 22rem; }
input { flex: 1; min-width: 0; }
input, button { font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line);
  border-radius: 0.375rem; padding: 0.35rem 0.7rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.75rem 0 0.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { margin: 0.5rem 0; }
.quiet { color: var(--quiet); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--surface); }
th, td { text-align: left; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); font-size: 0.875rem; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
td code { overflow-wrap: anywhere; }
pre { background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.75rem 1rem;
  overflow-x: auto; margin: 0.25rem 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0.5rem 0; }
nav [aria-current] { font-weight: 600; }
footer { display: flex; gap: 1rem; margin: 3rem 0 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line);
  font-size: 0.875rem; }
)css";
  return kStyle;
}

const std::string& stylesheet_path() {
  static const std::string kPath =
      fmt::format("/static/style.css?v={}", Sha256::of(as_bytes(stylesheet())).hex().substr(0, 12));
  return kPath;
}

}  // namespace tfhub::server
