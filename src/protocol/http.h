// The header fields both sides speak: ranges, entity tags, digests, dates. Pure functions, sources named.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace tfhub::protocol {

struct ByteRange {
  uint64_t first = 0, last = 0;  // inclusive
  uint64_t length() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

// A Range header against a representation of `size` bytes (RFC 9110, 14.2): one range gives that range; what
// we need not honour (other units, several ranges, bad syntax, over 128 characters) counts as no Range
// header: the whole is sent. Costs no memory whatever it is given.
struct RangeAnswer {
  enum class Kind { kWhole, kPart, kUnsatisfiable } kind = Kind::kWhole;
  ByteRange range;
};
RangeAnswer parse_range(std::string_view header, uint64_t size);

struct ContentRange {
  ByteRange range;
  std::optional<uint64_t> total;
};
// "bytes 5-9/100", "bytes 5-9/*".
std::optional<ContentRange> parse_content_range(std::string_view header);

// If-None-Match: "*" or a list of (weak or strong) tags, compared weakly.
bool matches_any(std::string_view if_none_match, std::string_view etag);
// If-Range: only a strong tag that is equal counts; a date never does here (our files have no other
// validator).
bool if_range_matches(std::string_view if_range, std::string_view etag);
bool is_strong_etag(std::string_view etag);

// "sha-256=:<base64>:" (RFC 9530).
std::string repr_digest(const Sha256Digest& digest);
std::optional<Sha256Digest> parse_repr_digest(std::string_view header);

// Google Cloud Storage: "crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==" (may stand in several header lines).
struct GoogHash {
  std::optional<std::string> md5_base64;
  std::optional<uint32_t> crc32c;
};
GoogHash parse_goog_hash(std::string_view header);

// Retry-After: seconds or an HTTP date.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view header,
                                                      std::chrono::system_clock::time_point now);
std::string http_date(std::chrono::system_clock::time_point time);
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

// The target of the first link with rel="canonical" in a Link header, as written.
std::optional<std::string> canonical_link(std::string_view link_header);

// Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3); an empty one, or none, does not.
bool accepts_gzip(std::string_view accept_encoding);

// Whether an Accept header prefers text/html over application/json and everything else we have (a browser).
bool prefers_html(std::string_view accept);

}  // namespace tfhub::protocol
