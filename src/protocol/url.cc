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

// Escapes of unreserved characters are undone, the digits of the others in upper case.
std::string with_needed_escapes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const char character = static_cast<char>(high * 16 + low);
    if (is_unreserved(character)) {
      out += character;
    } else {
      out += '%';
      out += kDigits[static_cast<size_t>(high)];
      out += kDigits[static_cast<size_t>(low)];
    }
    i += 2;
  }
  return out;
}

// RFC 3986, 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // with the slash before it
    path.remove_prefix(end);
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.erase(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
      if (path.empty()) out += '/';
    } else {
      out += segment;
    }
  }
  return out;
}

std::string canonical_authority(std::string_view scheme, std::string_view authority) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view port = colon == std::string_view::npos ? "" : authority.substr(colon + 1);
  const std::string_view written = authority.substr(0, colon);
  std::string host = lower_ascii(percent_decode(written).value_or(std::string(written)));
  if (host.ends_with('.')) host.pop_back();
  while (port.starts_with('0')) port.remove_prefix(1);
  if (port.empty() || (scheme == "http" && port == "80") || (scheme == "https" && port == "443")) return host;
  return host.append(":").append(port);
}

}  // namespace

Url canonical(const Url& url) {
  Url out = url;
  out.fragment.clear();
  if (out.authority.empty() && (url.scheme == "http" || url.scheme == "https")) {
    const size_t begin = out.path.find_first_not_of('/');
    const std::string rest = begin == std::string::npos ? "" : out.path.substr(begin);
    const size_t slash = std::min(rest.find('/'), rest.size());
    out.authority = rest.substr(0, slash);
    out.path = rest.substr(slash);
  }
  out.authority = canonical_authority(out.scheme, out.authority);
  out.path = without_dot_segments(with_needed_escapes(out.path));
  return out;
}

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
