#include "client/cached_model.h"

#include "base/error.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "client/interruption.h"
#include "client/origin.h"
#include "client/versions.h"
#include "protocol/handle.h"
#include "protocol/http.h"

namespace tfhub::client {

std::string CachedModel::key(const std::string& handle) const {
  return format_ == protocol::Format::kCompressed ? handle : protocol::cache_handle(handle, format_);
}

Result<std::string> CachedModel::path(const std::string& handle) {
  TFHUB_ASSIGN(const auto hit, cache_.find(key(handle)));
  return hit ? path_of_hit(handle, *hit) : path_of_miss(handle);
}

Result<std::string> CachedModel::path_of_hit(const std::string& handle, const cache::Hit& hit) {
  if (!hit.alias && !looks_unversioned(handle)) return hit.path;
  TFHUB_ASSIGN(const bool is_offline, offline());
  TFHUB_ASSIGN(const auto timeout, get_seconds(settings::kRevalidateTimeout));
  if (is_offline || timeout.count() == 0) return hit.path;

  auto path = look_up(handle, hit.etag, timeout).and_then([&](const Newest& newest) -> Result<std::string> {
    if (newest.refusal) return fail(*newest.refusal);
    return use_newest(handle, hit, newest);
  });
  if (path || interrupted()) return path;
  warn("the newest version of {} is not known ({}); the cached one is used", redacted(handle),
       path.error().message());
  return hit.path;
}

Result<std::string> CachedModel::use_newest(const std::string& handle, const cache::Hit& hit,
                                            const Newest& newest) {
  if (newest.handle.empty() || (hit.alias && redacted(key(newest.handle)) == hit.handle)) return hit.path;
  if (!hit.alias && newest.modified) {
    // A tree that lies under the unversioned handle itself (tensorflow_hub put it there) is the newest
    // version unless that was published later. Last-Modified has whole seconds: within one second only
    // fetching makes sure.
    if (*newest.modified < std::chrono::floor<std::chrono::seconds>(hit.downloaded)) return hit.path;
  }
  return adopt(handle, newest.handle, newest.etag);
}

Result<CachedModel::Newest> CachedModel::look_up(const std::string& handle, const std::string& etag,
                                                 std::chrono::milliseconds timeout) const {
  TFHUB_ASSIGN(const std::string url, origin_url(handle, format_));
  TFHUB_ASSIGN(auto http, transfer::HttpOptions::from_settings());
  if (timeout.count() > 0) {
    http.total_timeout = timeout;
    http.retries = 0;
  }
  if (!etag.empty()) http.headers.emplace_back("If-None-Match", etag);
  TFHUB_ASSIGN(const auto response, transfer::fetch("HEAD", url, http));
  Newest newest;
  newest.status = response.head.status;
  if (newest.status == 304) return newest;
  if (newest.status / 100 != 2) {
    newest.refusal = transfer::status_error(response, url);
    return newest;
  }
  newest.handle = named_version(handle, url, response.head).value_or(std::string());
  newest.etag = response.head.header("etag");
  newest.modified = protocol::parse_http_date(response.head.header("last-modified"));
  return newest;
}

Result<std::string> CachedModel::path_of_miss(const std::string& handle) {
  TFHUB_ASSIGN(const bool is_offline, offline());
  if (is_offline) return fail(offline_error(handle, cache_.directory()));

  if (looks_unversioned(handle)) {
    TFHUB_ASSIGN(const Newest newest, look_up(handle, {}, std::chrono::milliseconds(0)));
    if (!newest.handle.empty()) return adopt(handle, newest.handle, newest.etag);
    // Hosts refuse HEAD in many ways (403, 405, 501), and an answer to HEAD has no words: the GET will say
    // what is really wrong. What was retried in vain already is not tried all over again.
    const bool tired = newest.status == 429 || (newest.status >= 500 && newest.status != 501);
    if (newest.refusal && tired) return fail(*newest.refusal);
  }
  std::string named, etag;
  auto path = fill(handle, &named, &etag);
  return named.empty() ? path : adopt(handle, named, etag);
}

Result<std::string> CachedModel::adopt(const std::string& handle, const std::string& versioned,
                                       const std::string& etag) {
  TFHUB_ASSIGN(const auto hit, cache_.find(key(versioned)));
  std::string path;
  if (hit) {
    path = hit->path;
  } else {
    TFHUB_ASSIGN(path, fill(versioned, nullptr, nullptr));
  }
  // The alias only saves the next look-up a name: in a cache that cannot be written the tree is just as good.
  if (auto done = cache_.set_alias(key(handle), key(versioned), etag); !done)
    debug("{} is not remembered as {}: {}", redacted(handle), redacted(versioned), done.error().message());
  return path;
}

Result<std::string> CachedModel::fill(const std::string& handle, std::string* named, std::string* etag) {
  WorkInProgress work;
  return cache_.get_or_fill(
      key(handle), [&](os::StagingDirectory& staging, const std::string& part) -> Result<cache::Filled> {
        work.watch(staging.path());
        FetchOptions options;
        options.progress = progress_;
        options.part = part;
        options.inspect = [&](const transfer::ResponseHead& head, const std::string& url) -> Result<void> {
          if (named == nullptr) return {};
          const auto version = named_version(handle, url, head);
          if (!version) return {};
          *named = *version;
          *etag = std::string(head.header("etag"));
          return fail(Code::kUnexpected, "{} is the newest version of {}", redacted(*version),
                      redacted(handle));
        };
        TFHUB_ASSIGN(auto fetched, fetch_into(staging, {handle, format_}, options));
        return cache::Filled{std::move(fetched.files), std::move(fetched.etag)};
      });
}

}  // namespace tfhub::client
