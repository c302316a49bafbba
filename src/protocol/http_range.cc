// Ranges and entity tags (RFC 9110, sections 8.8.3, 13 and 14).
#include <algorithm>
#include <limits>

#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::protocol {
namespace {

constexpr size_t kMaxRangeHeader = 128;
constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();

// Digits only; a number too large to hold counts as the largest, which is past any end.
std::optional<uint64_t> parse_position(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<uint64_t>(c - '0');
    value = value > (kHuge - digit) / 10 ? kHuge : value * 10 + digit;
  }
  return value;
}

RangeAnswer part(uint64_t first, uint64_t last) {
  return {RangeAnswer::Kind::kPart, {first, last}};
}

bool is_tag_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// Takes one `"…"` or `W/"…"` off the front of `list`; nothing (and `list` empty) when none stands there.
std::optional<std::string_view> take_opaque_tag(std::string_view& list) {
  std::string_view rest = list;
  list = {};
  if (rest.starts_with("W/")) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  size_t end = 1;
  while (end < rest.size() && is_tag_character(rest[end])) ++end;
  if (end == rest.size() || rest[end] != '"') return std::nullopt;
  list = rest.substr(end + 1);
  return rest.substr(0, end + 1);
}

}  // namespace

RangeAnswer parse_range(std::string_view header, uint64_t size) {
  const RangeAnswer whole, unsatisfiable{RangeAnswer::Kind::kUnsatisfiable, {}};
  if (header.size() > kMaxRangeHeader) return whole;
  header = trim(header);
  const size_t equals = header.find('=');
  if (equals == std::string_view::npos || lower_ascii(header.substr(0, equals)) != "bytes") return whole;
  const std::string_view spec = trim(header.substr(equals + 1));
  const size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return whole;

  if (dash == 0) {  // the last n bytes
    const auto suffix = parse_position(spec.substr(1));
    if (!suffix) return whole;
    if (*suffix == 0) return unsatisfiable;
    if (size == 0) return whole;  // satisfiable, but no 206 can say so
    return part(*suffix >= size ? 0 : size - *suffix, size - 1);
  }
  const auto first = parse_position(spec.substr(0, dash));
  const bool open = dash + 1 == spec.size();
  const auto last = open ? std::optional<uint64_t>(kHuge) : parse_position(spec.substr(dash + 1));
  if (!first || !last || *last < *first) return whole;  // several ranges end here too: a comma is no digit
  if (*first >= size) return unsatisfiable;
  return part(*first, std::min(*last, size - 1));
}

std::optional<ContentRange> parse_content_range(std::string_view header) {
  header = trim(header);
  const size_t space = header.find(' ');
  if (space == std::string_view::npos || lower_ascii(header.substr(0, space)) != "bytes") return std::nullopt;
  const std::string_view spec = trim(header.substr(space + 1));
  const size_t dash = spec.find('-'), slash = spec.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = parse_position(spec.substr(0, dash));
  const auto last = parse_position(spec.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *last < *first || *last == kHuge) return std::nullopt;
  ContentRange result{{*first, *last}, std::nullopt};
  if (spec.substr(slash + 1) != "*") {
    result.total = parse_position(spec.substr(slash + 1));
    if (!result.total || *result.total <= *last) return std::nullopt;
  }
  return result;
}

bool matches_any(std::string_view if_none_match, std::string_view etag) {
  std::string_view own = etag;
  const auto wanted = take_opaque_tag(own);
  if (trim(if_none_match) == "*") return true;
  if (!wanted || !own.empty()) return false;
  while (true) {
    while (!if_none_match.empty() &&
           std::string_view(" \t,").find(if_none_match.front()) != std::string_view::npos) {
      if_none_match.remove_prefix(1);
    }
    if (if_none_match.empty()) return false;
    const auto tag = take_opaque_tag(if_none_match);
    if (!tag) return false;
    if (*tag == *wanted) return true;
  }
}

bool is_strong_etag(std::string_view etag) {
  if (!etag.starts_with('"')) return false;
  std::string_view rest = etag;
  return take_opaque_tag(rest).has_value() && rest.empty();
}

bool if_range_matches(std::string_view if_range, std::string_view etag) {
  return is_strong_etag(etag) && trim(if_range) == etag;
}

}  // namespace tfhub::protocol
