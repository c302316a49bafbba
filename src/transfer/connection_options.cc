#include "transfer/connection_options.h"

#include <sys/stat.h>

#include "base/settings.h"

namespace tfhub::transfer {
namespace {

// What OpenSSL's c_rehash made, where a file of authorities is usual.
bool is_directory(const std::string& path) {
  struct ::stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Of the server and of an HTTPS proxy.
void set_tls_options(const CurlLibrary& curl, CURL* easy, const HttpOptions& options) {
  const long verify = options.verify_certificate ? 1L : 0L;
  curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
  curl.easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, verify);
  curl.easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, verify * 2);
  if (const std::string bundle = ca_bundle(options); !bundle.empty()) {
    const bool directory = is_directory(bundle);
    curl.easy_setopt(easy, directory ? CURLOPT_CAPATH : CURLOPT_CAINFO, bundle.c_str());
    curl.easy_setopt(easy, directory ? CURLOPT_PROXY_CAPATH : CURLOPT_PROXY_CAINFO, bundle.c_str());
    if (directory) curl.easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  } else if (const std::string folder = environment("SSL_CERT_DIR"); !folder.empty()) {
    // Beside the system's file, as Python's ssl has it.
    curl.easy_setopt(easy, CURLOPT_CAPATH, folder.c_str());
    curl.easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder.c_str());
  }
}

}  // namespace

std::string ca_bundle(const HttpOptions& options) {
  if (!options.ca_bundle.empty()) return options.ca_bundle;
  if (std::string ours = tfhub::get(settings::kCaBundle); !ours.empty()) return ours;
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"})
    if (std::string value = environment(name); !value.empty()) return value;
  return {};
}

void set_connection_options(const CurlLibrary& curl, CURL* easy, const std::string& url,
                            const std::string& proxy, const HttpOptions& options,
                            std::chrono::milliseconds connect_timeout, char* error_text) {
  const auto set = [&](CURLoption option, auto value) { curl.easy_setopt(easy, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // One stream a connection is all we need, and HTTP/2 costs a copy and a window of its own.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold us beyond our deadline: its thread is left to itself.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_ERRORBUFFER, error_text);
  set(CURLOPT_PROXY, proxy.c_str());
  set(CURLOPT_NOPROXY, "");  // proxy_for() has decided
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
  set_tls_options(curl, easy, options);
}

CurlReport report_of(const CurlLibrary& curl, CURL* easy, CURLcode code, const char* error_text,
                     const std::string& url, const std::string& proxy) {
  CurlReport report{.code = code, .text = error_text, .url = url, .proxy = proxy};
  if (report.text.empty()) report.text = curl.easy_strerror(code);
  curl.easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &report.proxy_status);
  curl.easy_getinfo(easy, CURLINFO_OS_ERRNO, &report.os_errno);
  return report;
}

}  // namespace tfhub::transfer
