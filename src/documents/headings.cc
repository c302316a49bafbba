#include "documents/headings.h"

#include <algorithm>

#include "base/text.h"
#include "documents/html_entities.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {
constexpr size_t kMaxSlug = 100;
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    const bool kept =
        is_letter(c) || is_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
    if (kept) out += c;
    if (is_space(c)) out += '-';
    if (out.size() > 2 * kMaxSlug) break;
  }
  return lower_ascii(utf8_prefix(out, kMaxSlug));
}

std::string heading_id(std::string_view text) {
  return "doc-" + slug(text);
}

void Headings::begin(size_t place, int level) {
  all_.push_back({place, place, level, {}});
  open_ = true;
}

void Headings::end(size_t place) {
  all_.back().end = place;
  open_ = false;
}

void Headings::text(std::string_view plain) {
  if (open_) all_.back().text += plain;
}

std::string Headings::unique(const std::string& id) {
  size_t& count = taken_[id];
  if (count++ == 0) return id;
  // "a", "a" and "a-1" may all be there. References into the map stay valid.
  std::string made;
  do made = id + "-" + std::to_string(count - 1);
  while (taken_.contains(made) && count++ > 0);
  taken_.emplace(made, 1);
  return made;
}

std::string Headings::finish(std::string html, bool page) {
  if (all_.empty()) return html;
  const bool own_h1 =
      std::any_of(all_.begin(), all_.end(), [](const Heading& each) { return each.level == 1; });
  std::string out;
  out.reserve(html.size() + all_.size() * 32);
  size_t done = 0;
  for (const Heading& each : all_) {
    const int level = page && own_h1 ? std::min(each.level + 1, 6) : each.level;
    const std::string tag = "h" + std::to_string(level);
    out.append(html, done, each.begin - done).append("<").append(tag);
    if (page) {
      std::string id = heading_id(each.text);
      if (id == "doc-") id += "section";
      out += " id=\"";
      append_escaped(out, unique(id));
      out += '"';
    }
    out += '>';
    out.append(html, each.begin, each.end - each.begin).append("</").append(tag).append(">");
    done = each.end;
  }
  return out.append(html, done);
}

}  // namespace tfhub::documents
