#include "transfer/failure.h"

#include <fmt/core.h>

#include <cerrno>

#include "base/secrets.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::transfer {
namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Failure certificate_failure(const std::string& server) {
  return {.cause = fmt::format("the certificate of {} is not trusted", server),
          .way_out =
              "name your authority's PEM file in TFHUB_CA_BUNDLE, or, if you know the server, set "
              "TFHUB_DISABLE_CERT_VALIDATION=true"};
}

// People leave out the scheme of a proxy, and what stands before its '@' is a secret all the same.
std::string shown(const std::string& proxy) {
  constexpr std::string_view kAny = "any://";
  if (proxy.find("://") != std::string::npos) return redacted(proxy);
  return redacted(std::string(kAny) + proxy).substr(kAny.size());
}

Failure proxy_refusal(const std::string& proxy, const std::string& server, long status) {
  Failure failure;
  failure.cause =
      fmt::format("the proxy {} refused to connect to {} (status {})", shown(proxy), server, status);
  if (status == 401 || status == 403 || status == 407) {
    failure.code = Code::kNotAllowed;
    failure.way_out = "put your name and password into https_proxy, or the server into no_proxy";
  } else {
    failure.retry = status >= 500 ? Failure::Retry::kYes : Failure::Retry::kNever;
    failure.way_out = "check https_proxy and no_proxy";
  }
  return failure;
}

// The sentence and the kind of retry, without libcurl's own words.
Failure explain(const CurlReport& report) {
  using Retry = Failure::Retry;
  const auto& [code, text, url, proxy, proxy_status, os_errno] = report;
  const std::string server = server_of(url);
  // Who did not answer: the proxy, where there is one.
  const std::string peer = proxy.empty() ? "the server at " + server
                                         : fmt::format("the proxy {} on the way to {}", shown(proxy), server);
  const std::string check = proxy.empty() ? "is it running?" : "check http_proxy, https_proxy and no_proxy";
  if (proxy_status >= 300) return proxy_refusal(proxy, server, proxy_status);

  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {.cause = fmt::format("the proxy's name in {} is not known", shown(proxy)),
              .way_out = "check http_proxy, https_proxy and no_proxy",
              .retry = Retry::kFew};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {.cause = fmt::format("the host name of {} is not known", server),
              .way_out = "check its spelling and the network",
              .retry = Retry::kFew};
    case CURLE_COULDNT_CONNECT: {
      const bool refused = os_errno == ECONNREFUSED;
      return {.cause = peer + (refused ? " refused the connection" : " cannot be reached"),
              .way_out = refused ? check : "check the address and the network",
              .retry = Retry::kYes};
    }
    case CURLE_OPERATION_TIMEDOUT:
      return {.cause = peer + " did not answer in time",
              .way_out = "check the network, or raise TFHUB_CONNECT_TIMEOUT",
              .retry = Retry::kYes};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return certificate_failure(server);
    case CURLE_SSL_CACERT_BADFILE:
      return {.code = Code::kUsage,
              .cause = fmt::format("the certificate authorities for {} cannot be read", server),
              .way_out = "check that TFHUB_CA_BUNDLE (or CURL_CA_BUNDLE, SSL_CERT_FILE) names a PEM file"};
    case CURLE_SSL_CONNECT_ERROR:
      if (holds(text, "wrong version number") || holds(text, "packet length") ||
          holds(text, "unexpected TLS"))
        return {.cause = fmt::format("{} does not speak TLS on this port", server),
                .way_out = "is it an http:// address?"};
      return {.cause = fmt::format("no secure connection to {} came about", server),
              .way_out = "check the network, or ask the server's operator",
              .retry = Retry::kYes};
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND:
      return {.cause = fmt::format("no secure connection to {} came about", server),
              .way_out = "ask the server's operator which TLS versions it takes"};
    case CURLE_URL_MALFORMAT:
      return {.code = Code::kUsage,
              .cause = fmt::format("{} is not a URL", printable(redacted(url))),
              .way_out = "check its spelling"};
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (!holds(text, "HTTP/0.9"))
        return {.code = Code::kUsage,
                .cause = fmt::format("{} is neither http:// nor https://", printable(redacted(url))),
                .way_out = "check its spelling"};
      [[fallthrough]];
    case CURLE_WEIRD_SERVER_REPLY:
      return {.cause = fmt::format("{} answered something that is not HTTP", server),
              .way_out = "check the address and the port"};
    case CURLE_PROXY:
      return {.cause = fmt::format("the proxy {} did not open a way to {}", shown(proxy), server),
              .way_out = "check http_proxy, https_proxy and no_proxy",
              .retry = Retry::kYes};
    case CURLE_OUT_OF_MEMORY:
      return {
          .code = Code::kUnexpected, .cause = "there is not enough memory", .way_out = "end other programs"};
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return {.cause = fmt::format("the connection to {} was cut", server),
              .way_out = "try again later",
              .retry = Retry::kYes};
    default:
      return {.cause = fmt::format("{} cannot be fetched: {}", printable(redacted(url)), printable(text)),
              .way_out = "try again later"};
  }
}

}  // namespace

Error Failure::error(int tries) const {
  std::string sentence = cause;
  if (tries > 1) sentence += fmt::format(" ({} tries)", tries);
  if (!way_out.empty()) sentence += "; " + way_out;
  if (detail.empty()) return Error(code, std::move(sentence));
  return Error(code, detail).in(std::move(sentence));
}

Failure curl_failure(const CurlReport& report) {
  Failure failure = explain(report);
  failure.detail = fmt::format("libcurl {}: {}", static_cast<int>(report.code), printable(report.text, 400));
  return failure;
}

std::string server_of(std::string_view url) {
  const auto parts = protocol::Url::parse(redacted(url));
  if (!parts) return printable(url, 80);
  const size_t at = parts->authority.rfind('@');
  return printable(at == std::string::npos ? parts->authority : parts->authority.substr(at + 1));
}

}  // namespace tfhub::transfer
