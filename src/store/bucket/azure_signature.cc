#include "store/bucket/azure_signature.h"

#include <algorithm>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::store {
namespace {

// The first version whose signature covers an encryption scope; what is signed is laid out as it says.
constexpr std::string_view kVersion = "2020-12-06";

std::string value_of(const BucketOptions& options, std::string_view name) {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const auto& o) { return o.first == name; });
  return found == options.end() ? std::string() : found->second;
}

// "https://ours.blob.core.windows.net": "ours".
std::string account_in(const std::string& endpoint) {
  const size_t begin = endpoint.find("://");
  const std::string host = begin == std::string::npos ? endpoint : endpoint.substr(begin + 3);
  return host.substr(0, host.find('.'));
}

}  // namespace

std::string AzureSigner::url_to_read(const std::string& path,
                                     std::chrono::system_clock::time_point end) const {
  const std::string expires = iso8601(end);
  const std::string_view protocol = endpoint.starts_with("https://") ? "https" : "";
  // Permissions (r: read), start, end, resource, policy, address, protocol, version, kind (b: one blob),
  // snapshot, encryption scope, and five headers of the answer.
  const std::string to_sign = fmt::format("r\n\n{}\n/blob/{}/{}/{}\n\n\n{}\n{}\nb\n\n\n\n\n\n\n", expires,
                                          account, container, path, protocol, kVersion);
  const std::string signature = base64(hmac_sha256(key, to_sign).bytes);
  std::string url = fmt::format("{}/{}/{}?sv={}&sp=r&sr=b&se={}", endpoint, container,
                                protocol::percent_encode_path(path), kVersion, expires);
  if (!protocol.empty()) url += fmt::format("&spr={}", protocol);
  return url + "&sig=" + protocol::percent_encode_path(signature);
}

std::optional<AzureSigner> azure_signer(const BucketOptions& options) {
  auto key = from_base64(value_of(options, "account_key"));
  if (!key || key->empty()) return std::nullopt;
  AzureSigner signer{.endpoint = value_of(options, "endpoint"),
                     .account = value_of(options, "account_name"),
                     .key = std::move(*key),
                     .container = value_of(options, "container")};
  if (signer.account.empty()) signer.account = account_in(signer.endpoint);
  return signer;
}

}  // namespace tfhub::store
