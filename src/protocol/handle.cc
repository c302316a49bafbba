#include "protocol/handle.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::protocol {
namespace {

// China's mirror of tfhub.dev: handles name the first, the bytes lie in the second (protocol.md, section 5).
constexpr std::string_view kChinaHandles = "https://hub.tensorflow.google.cn/";
constexpr std::string_view kChinaBucket = "https://gcs.tensorflow.google.cn/tfhub-modules/";

// A scheme is the same in capitals (RFC 3986, 3.1).
bool is_http(std::string_view text) {
  const std::string scheme = lower_ascii(text.substr(0, text.find("://")));
  return text.size() > scheme.size() && (scheme == "http" || scheme == "https");
}

// The same place in the one form that is compared; what is no URL stays as it is.
std::string canonical_text(std::string_view text) {
  const auto url = Url::parse(text);
  return url ? canonical(*url).text() : std::string(text);
}

// Whether `url` lies at or below `prefix`, both canonical: a prefix ends where a segment (or the authority)
// ends.
bool is_below(std::string_view url, std::string_view prefix) {
  if (!url.starts_with(prefix)) return false;
  return url.size() == prefix.size() || url[prefix.size()] == '/' || url[prefix.size()] == '?';
}

}  // namespace

Result<LoadFormat> parse_load_format(std::string_view text) {
  if (text.empty() || text == "AUTO" || text == "COMPRESSED") return LoadFormat::kCompressed;
  if (text == "UNCOMPRESSED") return LoadFormat::kUncompressed;
  return fail(Code::kUsage, "'{}' is not a load format; use COMPRESSED, UNCOMPRESSED or AUTO",
              printable(text));
}

HandleKind classify(std::string_view handle) {
  if (is_http(handle)) return HandleKind::kHttp;
  if (handle.starts_with("gs://") &&
      (handle.ends_with(".tar") || handle.ends_with(".tar.gz") || handle.ends_with(".tgz"))) {
    return HandleKind::kGcsArchive;
  }
  return HandleKind::kPath;
}

std::string download_url(std::string_view handle, Format format) {
  if (const std::string place = canonical_text(handle);
      format == Format::kCompressed && place.starts_with(kChinaHandles)) {
    const std::string_view path = std::string_view(place).substr(kChinaHandles.size());
    return std::string(kChinaBucket).append(path.substr(0, path.find('?'))).append(".tar.gz");
  }
  return with_parameter(handle, query_of(format));
}

std::string cache_key(std::string_view handle) {
  return sha1_hex(handle);
}

std::string cache_handle(std::string_view handle, Format format) {
  switch (format) {
    case Format::kCompressed:
    case Format::kUncompressed:
      return std::string(handle);
    case Format::kFile:
    case Format::kTfLite:
    case Format::kTfJsCompressed:
    case Format::kTfJsFile:
      break;
  }
  return with_parameter(handle, query_of(format));
}

Result<std::string> apply_mirrors(std::string_view mirrors, std::string_view url) {
  const std::string place = canonical_text(url);
  std::string best_prefix;
  std::string_view best_replacement;
  bool matched = false;
  while (!mirrors.empty()) {
    const size_t comma = mirrors.find_first_of(",\n");  // a YAML block has one pair a line
    const std::string_view pair = trim(mirrors.substr(0, comma));
    mirrors = comma == std::string_view::npos ? std::string_view() : mirrors.substr(comma + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view prefix = without_trailing_slashes(trim(pair.substr(0, equals)));
    const std::string_view replacement =
        equals == std::string_view::npos ? "" : without_trailing_slashes(trim(pair.substr(equals + 1)));
    if (!is_http(prefix) || !is_http(replacement)) {
      return fail(Code::kUsage,
                  "TFHUB_MIRRORS is wrong at '{}': write prefix=replacement, both beginning with http:// or "
                  "https://, "
                  "pairs separated by commas",
                  printable(redacted(pair)));
    }
    std::string canonical_prefix(without_trailing_slashes(canonical_text(prefix)));
    if (is_below(place, canonical_prefix) && (!matched || canonical_prefix.size() > best_prefix.size())) {
      best_prefix = std::move(canonical_prefix);
      best_replacement = replacement;
      matched = true;
    }
  }
  if (!matched) return std::string(url);
  return std::string(best_replacement).append(place.substr(best_prefix.size()));
}

}  // namespace tfhub::protocol
