#include "transfer/http.h"

#include <charconv>

#include "base/error.h"
#include "base/settings.h"

namespace tfhub::transfer {

Result<HttpOptions> HttpOptions::from_settings() {
  HttpOptions options;
  TFHUB_ASSIGN(options.connect_timeout, get_timeout(settings::kConnectTimeout));
  TFHUB_ASSIGN(options.stall_timeout, get_timeout(settings::kStallTimeout));
  TFHUB_ASSIGN(options.min_speed, get_size(settings::kMinSpeed));
  const std::string retries = tfhub::get(settings::kRetries);
  const auto [end, error] = std::from_chars(retries.data(), retries.data() + retries.size(), options.retries);
  if (error != std::errc() || end != retries.data() + retries.size() || options.retries < 0 ||
      options.retries > 100)
    return fail(Code::kUsage, "{} is '{}'; write a number from 0 to 100", settings::kRetries.environment,
                retries);
  options.verify_certificate = tfhub::get(settings::kDisableCertValidation) != "true";
  return options;
}

std::string_view ResponseHead::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

std::optional<uint64_t> ResponseHead::content_length() const {
  const std::string_view text = header("content-length");
  uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

}  // namespace tfhub::transfer
