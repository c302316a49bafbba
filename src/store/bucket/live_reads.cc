#include "store/bucket/live_reads.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::store {
namespace {

constexpr std::chrono::seconds kPause{10};

// Who asks for patience is not asked again at once (transport.rs does the same).
void wait_as_asked(const transfer::ResponseHead& head) {
  constexpr std::chrono::seconds kLongest{4};
  if (head.status != 429 && head.status != 503) return;
  const auto wait = protocol::parse_retry_after(head.header("retry-after"), std::chrono::system_clock::now());
  if (wait) std::this_thread::sleep_for(std::min<std::chrono::seconds>(*wait, kLongest));
}

std::pair<std::string, transfer::Headers> parse_request(std::string_view lines) {
  const auto next_line = [&] {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    return line;
  };
  std::pair<std::string, transfer::Headers> request{std::string(next_line()), {}};
  while (!lines.empty()) {
    const std::string_view line = next_line();
    const size_t colon = std::min(line.find(':'), line.size());
    request.second.emplace_back(line.substr(0, colon), trim(line.substr(std::min(colon + 1, line.size()))));
  }
  return request;
}

bool is_the_part(const transfer::LiveBody& body, const protocol::ByteRange& range) {
  const transfer::ResponseHead& head = body.head();
  if (head.status != 206 || body.length() != range.length() || !head.header("content-encoding").empty())
    return false;
  const auto part = protocol::parse_content_range(head.header("content-range"));
  return part && part->range.first == range.first && part->range.last == range.last;
}

}  // namespace

bool LiveReads::promising() const {
  return Clock::now() >= again_at_.load(std::memory_order_relaxed);
}

Result<std::unique_ptr<transfer::LiveBody>> LiveReads::get(const std::string& request,
                                                           const protocol::ByteRange& range) {
  const auto [url, headers] = parse_request(request);
  const auto server = protocol::Url::parse(url);
  if (!server) return fail(Code::kUnexpected, "a request has no URL");
  auto body =
      transfer::LiveBody::get(url, headers, options_, kept_for(server->scheme + "://" + server->authority));
  if (!body) {
    again_at_.store(Clock::now() + kPause, std::memory_order_relaxed);
    return fail(body.error());
  }
  wait_as_asked((*body)->head());
  if (!is_the_part(**body, range))
    return fail(Code::kNetwork, "the answer is not the part that was asked for");
  TFHUB_TRY((*body)->await_first_bytes());
  return std::move(*body);
}

std::shared_ptr<transfer::KeptConnections> LiveReads::kept_for(const std::string& server) {
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[server];
  if (!kept) kept = std::make_shared<transfer::KeptConnections>();
  return kept;
}

}  // namespace tfhub::store
