// What a page shows of a document, written out as docs/store_format.md promises it, and read by a scanner of
// its own: an oracle that shares nothing with the sanitiser, so that a longer list there is found here.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfhub::testing {

struct AllowedElement {
  std::string_view name;
  std::vector<std::string_view> attributes = {};
  bool is_void = false;
};

inline const std::vector<AllowedElement>& allowed_elements() {
  static const std::vector<AllowedElement> all = {
      {"h1", {"id"}},
      {"h2", {"id"}},
      {"h3", {"id"}},
      {"h4", {"id"}},
      {"h5", {"id"}},
      {"h6", {"id"}},
      {"p", {"align"}},
      {"div", {"align"}},
      {"blockquote"},
      {"pre"},
      {"ul"},
      {"ol", {"start"}},
      {"li"},
      {"dl"},
      {"dt"},
      {"dd"},
      {"details", {"open"}},
      {"summary"},
      {"table"},
      {"thead"},
      {"tbody"},
      {"tr"},
      {"th", {"align", "colspan", "rowspan"}},
      {"td", {"align", "colspan", "rowspan"}},
      {"a", {"href", "rel", "title"}},
      {"code", {"class"}},
      {"em"},
      {"strong"},
      {"del"},
      {"sub"},
      {"sup"},
      {"span"},
      {"b"},
      {"i"},
      {"u"},
      {"kbd"},
      {"img", {"src", "alt", "title", "width", "height", "loading", "referrerpolicy"}, true},
      {"br", {}, true},
      {"hr", {}, true},
  };
  return all;
}

inline const AllowedElement* allowed_element(std::string_view name) {
  for (const AllowedElement& each : allowed_elements())
    if (each.name == name) return &each;
  return nullptr;
}

namespace harmless {

inline bool only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";

// An attribute's value without its references, of which the writer has five. false: it has others.
inline bool decode(std::string_view value, std::string& out) {
  for (size_t at = 0; at < value.size();) {
    if (value[at] != '&') {
      out += value[at++];
      continue;
    }
    const std::string_view rest = value.substr(at);
    bool known = false;
    for (const auto& [reference, character] : {std::pair<std::string_view, char>{"&amp;", '&'},
                                               {"&lt;", '<'},
                                               {"&gt;", '>'},
                                               {"&quot;", '"'},
                                               {"&#39;", '\''}}) {
      if (!rest.starts_with(reference)) continue;
      out += character;
      at += reference.size();
      known = true;
      break;
    }
    if (!known) return false;
  }
  return true;
}

// http, https, mailto in links, and no scheme at all; pictures only from hosts and from this hub's root.
inline bool url(std::string_view url, bool picture) {
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\') return false;
  const size_t end = url.find_first_of(":/?#");
  if (end == std::string_view::npos || url[end] != ':') return !url.empty() && (!picture || url[0] == '/');
  std::string scheme(url.substr(0, end));
  for (char& c : scheme)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return scheme == "http" || scheme == "https" || (scheme == "mailto" && !picture);
}

inline bool value(std::string_view name, std::string_view value) {
  if (name == "href" || name == "src") return url(value, name == "src");
  if (name == "align") return value == "left" || value == "right" || value == "center";
  if (name == "rel") return value == "nofollow noopener";
  if (name == "loading") return value == "lazy";
  if (name == "referrerpolicy") return value == "no-referrer";
  if (name == "id") return value.starts_with("doc-") && value.find_first_of(" <>\"'&") == std::string::npos;
  if (name == "open") return value.empty();
  if (name == "class") {
    constexpr std::string_view kLanguage = "language-";
    return value == "formula" ||
           (value.starts_with(kLanguage) &&
            only(value.substr(kLanguage.size()),
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+#."));
  }
  if (name == "width" || name == "height")
    return only(value.substr(0, value.size() - (value.ends_with('%') ? 1 : 0)), kDigits);
  if (name == "start" || name == "colspan" || name == "rowspan") return only(value, kDigits);
  return name == "title" || name == "alt";
}

// What `rest` begins with, up to the first character that is none of these, or one of these.
inline std::string_view take_while(std::string_view& rest, std::string_view characters, bool among) {
  size_t size = 0;
  while (size < rest.size() && (characters.find(rest[size]) != std::string_view::npos) == among) ++size;
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}
inline bool take(std::string_view& rest, std::string_view expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(expected.size());
  return true;
}

// Attributes as the writer writes them, ` name="value"`, and the '>'. false: anything else, or not allowed.
inline bool take_attributes(std::string_view& rest, const AllowedElement& element) {
  std::vector<std::string_view> left = element.attributes;
  while (take(rest, " ")) {
    const auto allowed = std::find(left.begin(), left.end(), take_while(rest, kLower, true));
    if (allowed == left.end()) return false;
    const std::string_view name = *allowed;
    left.erase(allowed);  // none comes twice
    std::string decoded;
    if (take(rest, "=\"") && !(decode(take_while(rest, "\"<>", false), decoded) && take(rest, "\"")))
      return false;
    if (!value(name, decoded)) return false;
  }
  return take(rest, ">");
}

// The next tag. false: there is none here, or none that is allowed.
inline bool take_tag(std::string_view& rest, std::vector<std::string_view>& open) {
  constexpr size_t kMaxDepth = 64;
  if (!take(rest, "<")) return false;
  const bool end = take(rest, "/");
  const std::string_view name = take_while(rest, kLower, true);
  const AllowedElement* element = allowed_element(name);
  if (element == nullptr) return false;
  if (!end) {
    if (!element->is_void) open.push_back(name);
    return open.size() <= kMaxDepth && take_attributes(rest, *element);
  }
  if (open.empty() || open.back() != name) return false;
  open.pop_back();
  return take(rest, ">");
}

}  // namespace harmless

// Where sanitised HTML holds the first thing beyond the list or out of balance; empty: nowhere.
inline std::string offence(std::string_view html) {
  std::vector<std::string_view> open;
  for (std::string_view rest = html;;) {
    harmless::take_while(rest, "<>", false);
    if (rest.empty()) break;
    const std::string_view here = rest;
    if (!harmless::take_tag(rest, open)) return std::string(here.substr(0, 200));
  }
  return open.empty() ? "" : "never closed: " + std::string(open.back());
}

}  // namespace tfhub::testing
