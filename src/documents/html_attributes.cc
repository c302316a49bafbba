#include "documents/html_attributes.h"

#include <algorithm>

#include "base/text.h"
#include "documents/headings.h"
#include "documents/html_entities.h"
#include "documents/hub_link.h"
#include "documents/safe_url.h"
#include "documents/utf8.h"
#include "protocol/url.h"

namespace tfhub::documents {
namespace {

constexpr size_t kMaxText = 2000;  // of a title

void add(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"");
  append_escaped(out, value);
  out += '"';
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

void add_number(std::string& out, const HtmlToken& token, std::string_view name) {
  if (const std::string_view value = trim(token.attribute(name)); is_number(value)) add(out, name, value);
}

// "50%", "320", "320px", as authors write sizes.
void add_size(std::string& out, const HtmlToken& token, std::string_view name) {
  std::string_view value = trim(token.attribute(name));
  if (value.ends_with("px")) value.remove_suffix(2);
  const std::string_view digits = value.ends_with('%') ? value.substr(0, value.size() - 1) : value;
  if (is_number(digits)) add(out, name, value);
}

void add_text(std::string& out, const HtmlToken& token, std::string_view name) {
  if (const std::string_view value = token.attribute(name); !value.empty())
    add(out, name, utf8_prefix(value, kMaxText));
}

void add_align(std::string& out, const HtmlToken& token) {
  const std::string value = token.name == "center" ? "center" : lower_ascii(trim(token.attribute("align")));
  if (value == "left" || value == "right" || value == "center") add(out, "align", value);
}

// class="language-python" from a fence, class="formula" from us.
void add_code_class(std::string& out, const HtmlToken& token) {
  const std::string_view value = token.attribute("class");
  constexpr std::string_view kPrefix = "language-";
  const bool language =
      value.starts_with(kPrefix) && value.size() > kPrefix.size() && value.size() <= 40 &&
      std::all_of(value.begin(), value.end(), [](char c) {
        return is_letter(c) || is_digit(c) || std::string_view("-_+#.").find(c) != std::string_view::npos;
      });
  if (language || value == "formula") add(out, "class", value);
}

// "#Overview" and "#doc-overview" lead to the heading's id.
std::string to_heading(std::string_view url) {
  const size_t hash = url.find('#');
  if (hash == std::string_view::npos || hash + 1 == url.size()) return std::string(url);
  std::string_view fragment = url.substr(hash + 1);
  if (fragment.starts_with("doc-")) fragment.remove_prefix(4);
  const std::string decoded = protocol::percent_decode(fragment).value_or(std::string(fragment));
  return std::string(url.substr(0, hash + 1)) + heading_id(valid_utf8(decoded));
}

std::optional<std::string> image_attributes(const HtmlToken& token) {
  const auto source = safe_url(token.attribute("src"), UrlUse::kImage);
  // Documents come without files: what stands beside one has no address here.
  if (!source || !(is_external(*source) || source->starts_with('/'))) return std::nullopt;
  std::string out;
  add(out, "src", *source);
  add(out, "alt", utf8_prefix(token.attribute("alt"), kMaxText));
  add_text(out, token, "title");
  add_size(out, token, "width");
  add_size(out, token, "height");
  return out + " loading=\"lazy\" referrerpolicy=\"no-referrer\"";
}

}  // namespace

std::string link_attributes(std::string_view target, const SanitiseOptions& options) {
  auto url = safe_url(target, UrlUse::kLink);
  if (!url) return {};
  if (options.page) {
    const auto path = hub_path(*url, options.this_hub);
    if (path) url = path;
    if (path || url->starts_with('#')) url = to_heading(*url);
  }
  std::string out;
  add(out, "href", *url);
  if (is_external(*url)) out += " rel=\"nofollow noopener\"";
  return out;
}

std::optional<std::string> safe_attributes(const HtmlElement& element, const HtmlToken& token,
                                           const SanitiseOptions& options) {
  const std::string_view name = element.name;
  if (name == "img") return image_attributes(token);
  std::string out;
  if (name == "a") {
    out = link_attributes(token.attribute("href"), options);
    if (out.empty()) return std::nullopt;
    add_text(out, token, "title");
  } else if (name == "td" || name == "th") {
    add_align(out, token);
    add_number(out, token, "colspan");
    add_number(out, token, "rowspan");
  } else if (name == "p" || name == "div") {
    add_align(out, token);
  } else if (name == "ol") {
    add_number(out, token, "start");
  } else if (name == "code") {
    add_code_class(out, token);
  } else if (name == "details") {
    const auto open = [](const auto& each) { return each.first == "open"; };
    if (std::any_of(token.attributes.begin(), token.attributes.end(), open)) out += " open";
  }
  return out;
}

}  // namespace tfhub::documents
