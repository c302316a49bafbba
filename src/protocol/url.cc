#include "protocol/url.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/characters.h"

namespace tfhub::protocol {
namespace {

bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// A form's field (WHATWG URL, urlencoded parsing): '+' is a space; what is no escape stays as it is.
std::string decode_field(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = percent_decode(spaced);
  return decoded ? std::move(*decoded) : spaced;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const auto in_scheme = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (!std::all_of(scheme.begin(), scheme.end(), in_scheme)) return std::nullopt;

  Url url;
  url.scheme = lower_ascii(scheme);
  std::string_view rest = text.substr(colon + 3);
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    url.has_query = true;
    rest = rest.substr(0, mark);
  }
  const size_t slash = rest.find('/');
  url.authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  return url;
}

std::string Url::text() const {
  return scheme + "://" + authority + path + (has_query ? "?" + query : std::string());
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (!pair.empty()) {
      const size_t equals = pair.find('=');
      const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
      parameters.emplace_back(decode_field(pair.substr(0, equals)), decode_field(value));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return parameters;
}

std::optional<std::string> last_value(std::string_view query, std::string_view key) {
  std::optional<std::string> value;
  for (auto& parameter : parse_query(query)) {
    if (parameter.first == key) value = std::move(parameter.second);
  }
  return value;
}

std::string with_parameter(std::string_view url, std::string_view parameter) {
  url = url.substr(0, url.find('#'));
  std::string result(url);
  const size_t mark = url.find('?');
  if (mark == std::string_view::npos) {
    result += '?';
  } else if (mark + 1 != url.size() && url.back() != '&') {
    result += '&';
  }
  return result.append(parameter);
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::string percent_encode_path(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if (is_unreserved(c) || c == '/') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    }
  }
  return result;
}

std::optional<std::string> clean_path(std::string_view raw_path) {
  if (raw_path.empty() || raw_path.front() != '/') return std::nullopt;
  if (raw_path == "/") return std::string("/");
  if (raw_path.back() == '/') raw_path.remove_suffix(1);

  std::string result;
  for (std::string_view rest = raw_path.substr(1);;) {
    const size_t end = rest.find('/');
    const auto segment = percent_decode(rest.substr(0, end));
    if (!segment || segment->empty() || *segment == "." || *segment == "..") return std::nullopt;
    // A slash can only come from %2F here. What is refused could mean one thing to a proxy and another to us.
    const auto hostile = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return c == '/' || c == '\\' || byte < 0x20 || byte == 0x7f;
    };
    if (std::any_of(segment->begin(), segment->end(), hostile)) return std::nullopt;
    result += '/';
    result += *segment;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return result;
}

bool is_bucket_url(std::string_view text) {
  return text.starts_with("gs://") || text.starts_with("s3://") || text.starts_with("az://");
}

}  // namespace tfhub::protocol
