// One small exchange, and what every request begins with.
#include "transfer/fetch.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "transfer/checksum.h"
#include "transfer/redirect.h"
#include "transfer/response.h"
#include "transfer/tuning.h"

namespace tfhub::transfer {
namespace {

constexpr size_t kErrorPage = 64 << 10;  // so much of an error's body is looked at for words

// A whole small response. A success larger than `limit` is a failure; of an error page the beginning will do.
Tried<SmallResponse> exchange_once(Exchange& exchange, const Request& request, bool follow, size_t limit) {
  if (auto started = start_following(exchange, request, follow); !started)
    return tl::unexpected(std::move(started).error());
  SmallResponse response{exchange.head(), {}};
  auto body = read_body(exchange, limit);
  if (!body) return tl::unexpected(std::move(body).error());
  response.body = std::move(*body);
  const bool success = response.head.status < 300;
  if (response.body.size() > limit) {
    if (success)
      return tl::unexpected(
          Failure{.code = Code::kCorrupt,
                  .cause = fmt::format("{} answers with more than {}, far more than it should",
                                       printable(redacted(request.url)), human_size(limit)),
                  .way_out = "is it the right address?"});
    response.body.resize(limit);
  }
  if (request.method == "GET" && response.head.status == 200) {
    NamedDigests digests = NamedDigests::of(response.head);
    digests.update(as_bytes(response.body));
    if (auto checked = digests.check(request.url); !checked)
      return tl::unexpected(
          Failure{.code = checked.error().code(), .cause = checked.error().message(), .way_out = {}});
  }
  return response;
}

}  // namespace

Result<void> check_url(const std::string& url) {
  const std::string lower = lower_ascii(std::string_view(url).substr(0, 8));
  if (lower.starts_with("http://") || lower.starts_with("https://")) return {};
  return fail(Code::kUsage, "{} is neither http:// nor https://; check its spelling",
              printable(redacted(url)));
}

Tried<std::string> read_body(Exchange& exchange, size_t limit) {
  std::string body;
  for (;;) {
    const size_t before = body.size();
    const size_t step = std::min<size_t>(std::max<size_t>(before, 16 << 10), limit + 1 - before);
    if (step == 0) return body;  // limit + 1 bytes: the caller sees that it is too long
    body.resize(before + step);
    const auto got = exchange.read(std::as_writable_bytes(std::span(body.data() + before, step)));
    body.resize(before + got.value_or(0));
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) return body;
  }
}

Failure read_status_failure(Exchange& exchange, const std::string& url) {
  SmallResponse response{exchange.head(), {}};
  if (auto body = read_body(exchange, kErrorPage)) response.body = std::move(*body);
  exchange.stop();
  return status_failure(response, url);
}

Result<SmallResponse> fetch(const std::string& method, const std::string& url, const HttpOptions& options,
                            size_t limit, const Tuning& tuning) {
  TFHUB_TRY(check_url(url));
  const Deadline deadline = Deadline::after(options.total_timeout);
  TFHUB_ASSIGN(auto exchange, Exchange::create(options, deadline));
  RetryBudget budget(options.retries, tuning, deadline);
  const Request request{method, url, options.headers};
  for (;;) {
    auto response = exchange_once(*exchange, request, options.follow_redirects, limit);
    if (response && !is_temporary(response->head.status)) return std::move(*response);
    const Failure failure = response ? status_failure(*response, url) : response.error();
    if (budget.try_again(failure)) continue;
    if (response) return std::move(*response);  // any status is a result
    return fail(failure.error(budget.tries()));
  }
}

Result<SmallResponse> fetch(const std::string& method, const std::string& url, const HttpOptions& options,
                            size_t limit) {
  return fetch(method, url, options, limit, Tuning());
}

}  // namespace tfhub::transfer
