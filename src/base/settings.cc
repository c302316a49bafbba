#include "base/settings.h"

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"

namespace tfhub {
namespace settings {

std::span<const Setting* const> all() {
  static constexpr std::array kAll = {
      &kCacheDir,       &kLoadFormat,     &kProgress,     &kOffline,
      &kMirrors,        &kGcsEndpoint,    &kGcsAnonymous, &kS3Endpoint,
      &kStore,          &kListen,         &kCaBundle,     &kDisableCertValidation,
      &kLockTimeout,    &kConnectTimeout, &kStallTimeout, &kMinSpeed,
      &kStoreTimeout,   &kHeaderTimeout,  &kRetries,      &kRevalidateTimeout,
      &kMaxModelSize,   &kMaxModelFiles,  &kMaxExpansion, &kTensorFlow,
      &kBlockCacheSize,
  };
  return kAll;
}

}  // namespace settings

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  std::string_view text = value != nullptr ? trim(value) : std::string_view();
  // `docker run --env-file` keeps quotes, and the CR of a Windows editor.
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = trim(text.substr(1, text.size() - 2));
  return std::string(text);
}

std::string with_home(std::string_view path) {
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return std::string(path);
  return std::string(without_trailing_slashes(home)).append(path.substr(1));
}

std::string get(const Setting& setting) {
  const std::string value = environment(std::string(setting.environment));
  return value.empty() ? std::string(setting.fallback) : with_home(value);
}

Result<uint64_t> get_size(const Setting& setting) {
  const std::string text = get(setting);
  if (const auto size = parse_size(text)) return *size;
  return fail(Code::kUsage, "{} is '{}', which is not a size; write for example 500MiB or 10GiB",
              setting.environment, printable(text));
}

Result<std::chrono::milliseconds> get_seconds(const Setting& setting) {
  const std::string text = get(setting);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(seconds >= 0) || seconds > 1e9)
    return fail(Code::kUsage, "{} is '{}', which is not a number of seconds", setting.environment,
                printable(text));
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

Result<std::chrono::milliseconds> get_timeout(const Setting& setting) {
  TFHUB_ASSIGN(const auto timeout, get_seconds(setting));
  if (timeout.count() > 0) return timeout;
  return fail(Code::kUsage, "{} must be more than 0 seconds", setting.environment);
}

Result<bool> get_bool(const Setting& setting) {
  const std::string text = lower_ascii(get(setting));
  if (text.empty() || text == "0" || text == "false" || text == "no" || text == "off") return false;
  if (text == "1" || text == "true" || text == "yes" || text == "on") return true;
  return fail(Code::kUsage, "{} is '{}'; write 1 or 0", setting.environment, printable(text));
}

}  // namespace tfhub
