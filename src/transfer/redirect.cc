#include "transfer/redirect.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/secrets.h"
#include "base/text.h"

namespace tfhub::transfer {
namespace {

constexpr int kMostRedirects = 10;
// A redirect's body so small is read and forgotten, which keeps the connection for the next hop.
constexpr uint64_t kWorthReading = 64 << 10;

bool is_redirect(const ResponseHead& head) {
  const std::array redirects = {301, 302, 303, 307, 308};
  return std::find(redirects.begin(), redirects.end(), head.status) != redirects.end() &&
         !head.header("location").empty();
}

bool carries_credentials(const std::string& header_name) {
  const std::string name = lower_ascii(header_name);
  return name == "authorization" || name == "cookie" || name == "proxy-authorization" ||
         name.find("token") != std::string::npos || name.find("api-key") != std::string::npos;
}

UrlHandle parse(const CurlLibrary& curl, const std::string& url) {
  UrlHandle handle(curl.url(), {&curl});
  if (handle && curl.url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    handle.reset();
  return handle;
}

std::string part(const CurlLibrary& curl, const UrlHandle& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (!url || curl.url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  const CurlText owner(text, {&curl});
  return text;
}

Failure redirect_failure(const std::string& from, const std::string& what) {
  return {.cause = fmt::format("{} {}", server_of(from), what),
          .way_out = "check the address, or ask the server's operator"};
}

void forget_body(Exchange& exchange) {
  const auto length = exchange.head().content_length();
  if (!length || *length > kWorthReading) return;
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto got = exchange.read(buffer);
    if (!got || *got == 0) return;
  }
}

}  // namespace

std::string resolve_reference(const CurlLibrary& curl, const std::string& base,
                              const std::string& reference) {
  const UrlHandle url = parse(curl, base);
  if (!url || reference.find('\0') != std::string::npos) return {};
  const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
  if (curl.url_set(url.get(), CURLUPART_URL, reference.c_str(), flags) != CURLUE_OK) return {};
  return part(curl, url, CURLUPART_URL);
}

bool same_origin(const CurlLibrary& curl, const std::string& a, const std::string& b) {
  const UrlHandle x = parse(curl, a), y = parse(curl, b);
  const auto same = [&](CURLUPart which, unsigned flags) {
    const std::string left = part(curl, x, which, flags);
    return !left.empty() && lower_ascii(left) == lower_ascii(part(curl, y, which, flags));
  };
  return same(CURLUPART_SCHEME, 0) && same(CURLUPART_HOST, 0) && same(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

Tried<void> start_following(Exchange& exchange, const Request& request, bool follow) {
  Request hop = request;
  std::vector<std::string> visited;
  for (;;) {
    if (auto started = exchange.start(hop); !started) return started;
    if (!follow || !is_redirect(exchange.head())) return {};
    visited.push_back(hop.url);

    const auto curl = curl_library();  // there: the exchange came from it
    const std::string location(exchange.head().header("location"));
    const std::string next = resolve_reference(**curl, hop.url, location);
    const std::string shown = printable(redacted(next.empty() ? location : next));
    if (next.empty())
      return tl::unexpected(redirect_failure(hop.url, "redirects to what is not a URL, " + shown));
    if (!next.starts_with("http://") && !next.starts_with("https://"))
      return tl::unexpected(
          redirect_failure(hop.url, "redirects to " + shown + ", which is neither http nor https"));
    if (std::find(visited.begin(), visited.end(), next) != visited.end())
      return tl::unexpected(redirect_failure(hop.url, "redirects in a circle, back to " + shown));
    if (visited.size() > kMostRedirects)
      return tl::unexpected(redirect_failure(
          hop.url, fmt::format("redirects more than {} times, last to {}", kMostRedirects, shown)));

    if (!same_origin(**curl, request.url, next))
      std::erase_if(hop.headers, [](const auto& header) { return carries_credentials(header.first); });
    forget_body(exchange);
    hop.url = next;
  }
}

}  // namespace tfhub::transfer
