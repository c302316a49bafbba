#include "documents/safe_url.h"

#include <algorithm>

#include "base/text.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr size_t kMaxUrl = 8192;

bool is_control(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

// '<', '>' and quotes end it too, as references as well.
bool ends_bare_url(std::string_view text) {
  const char c = text.front();
  if (c == '&') return text.starts_with("&lt;") || text.starts_with("&gt;") || text.starts_with("&quot;");
  return is_control(c) || c == '<' || c == '>' || c == '"' || c == '`';
}

}  // namespace

std::optional<std::string> safe_url(std::string_view url, UrlUse use) {
  while (!url.empty() && is_control(url.front())) url.remove_prefix(1);
  while (!url.empty() && is_control(url.back())) url.remove_suffix(1);
  if (url.size() > kMaxUrl) return std::nullopt;
  std::string out;
  for (const char c : url) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (c == ' ') {
      out += "%20";
    } else if (is_control(c)) {
      return std::nullopt;
    } else if (c == '\\') {
      out += "%5C";  // browsers take it for a slash
    } else {
      out += c;
    }
  }
  const size_t end = out.find_first_of(":/?#");
  if (end != std::string::npos && out[end] == ':') {
    const std::string scheme = lower_ascii(std::string_view(out).substr(0, end));
    const bool web = scheme == "http" || scheme == "https";
    if (!web && !(scheme == "mailto" && use == UrlUse::kLink)) return std::nullopt;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool is_external(std::string_view safe_url) {
  if (safe_url.starts_with("//")) return true;
  const std::string start = lower_ascii(safe_url.substr(0, 6));
  return start.starts_with("http:") || start.starts_with("https:");
}

size_t bare_url_length(std::string_view text) {
  const std::string start = lower_ascii(text.substr(0, 8));
  const size_t scheme = start == "https://" ? 8 : start.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return 0;
  size_t end = scheme;
  while (end < text.size() && end < kMaxUrl && !ends_bare_url(text.substr(end))) ++end;
  std::string_view url = text.substr(0, end);
  auto opened = std::count(url.begin(), url.end(), '('), closed = std::count(url.begin(), url.end(), ')');
  while (url.size() > scheme) {
    const char last = url.back();
    if (last == ')' ? closed <= opened
                    : std::string_view("?!.,:;*_~'|]}").find(last) == std::string_view::npos)
      break;
    if (last == ')') --closed;
    url.remove_suffix(1);
  }
  return url.size() > scheme ? url.size() : 0;
}

size_t find_bare_url(std::string_view text, size_t from) {
  for (size_t at; (at = text.find("://", from)) != std::string_view::npos; from = at + 3) {
    for (const size_t scheme : {size_t{5}, size_t{4}}) {
      if (at < scheme) continue;
      const size_t begin = at - scheme;
      const bool alone = begin == 0 || !(is_letter(text[begin - 1]) || is_digit(text[begin - 1]));
      if (alone && bare_url_length(text.substr(begin, kMaxUrl)) > 0) return begin;
    }
  }
  return std::string_view::npos;
}

}  // namespace tfhub::documents
