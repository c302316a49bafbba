// URLs: splitting, joining, percent-encoding, queries. The only place that takes a URL apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::protocol {

struct Url {
  std::string scheme;     // lower case
  std::string authority;  // user@host:port as written
  std::string path;       // begins with '/', or empty
  std::string query;      // without '?'
  bool has_query = false;
  std::string fragment;  // without '#'

  static std::optional<Url> parse(std::string_view text);  // nothing without "scheme://"
  std::string text() const;                                // without the fragment: what is sent
};

// The one form in which URLs are compared (RFC 3986, 6.2): host in lower case, percent-decoded, without the
// dot that ends a full domain name; no port that the scheme has anyway; no user. The path without "." and
// ".." segments (however they are escaped), escapes only where they are needed, their digits in upper case.
// libcurl takes "https:///host/" for "https://host/", and so does this. The query stays as it is; no
// fragment.
Url canonical(const Url& url);

// A query's parameters in order, percent-decoded ('+' is a space). Later ones win: see last_value.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);
std::optional<std::string> last_value(std::string_view query, std::string_view key);

// `url` with "key=value" appended after what its query holds (tensorflow_hub appends; the last one wins);
// its fragment is dropped.
std::string with_parameter(std::string_view url, std::string_view parameter);

// Nothing on a bad escape or on %00. Does not treat '+' specially.
std::optional<std::string> percent_decode(std::string_view text);
// Everything but unreserved characters and '/' is escaped.
std::string percent_encode_path(std::string_view text);

// The normal path of a request target: percent-decoded, with no empty, "." or ".." segment, no encoded slash,
// backslash or control character and no trailing slash (one is dropped). Nothing when it is not so. It keeps
// its leading slash: "/" stays "/", "/acme/mul/1/" becomes "/acme/mul/1".
std::optional<std::string> clean_path(std::string_view raw_path);

// "gs://…", "s3://…", "az://…": a place in a bucket, which loaders with credentials read.
bool is_bucket_url(std::string_view text);

}  // namespace tfhub::protocol
