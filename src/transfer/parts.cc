#include "transfer/parts.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "transfer/exchange.h"
#include "transfer/fetch.h"
#include "transfer/redirect.h"
#include "transfer/resume.h"
#include "transfer/retry.h"

namespace tfhub::transfer {

class PartDownload final : public ByteSource {
 public:
  PartDownload(PartClient& client, Part part, std::unique_ptr<Exchange> exchange)
      : client_(client),
        part_(std::move(part)),
        exchange_(std::move(exchange)),
        budget_(client.options_.retries, client.tuning_, Deadline()),
        position_(part_.range.first) {}

  Result<void> start(std::optional<Failure> cut = std::nullopt);
  Result<size_t> read(MutableBytes buffer) override;

 private:
  Tried<void> try_to_start();
  Tried<void> check_answer();
  Result<void> finish();
  uint64_t left() const { return part_.range.last + 1 - position_; }

  PartClient& client_;
  const Part part_;
  std::unique_ptr<Exchange> exchange_;
  RetryBudget budget_;
  std::optional<Representation> first_;  // of the first answer: what the later ones must agree with
  uint64_t position_;                    // in the file
};

Result<void> PartDownload::start(std::optional<Failure> cut) {
  for (;;) {
    if (cut && !budget_.try_again(*cut)) return fail(cut->error(budget_.tries()));
    auto started = try_to_start();
    if (started) return {};
    cut = std::move(started).error();
  }
}

Tried<void> PartDownload::try_to_start() {
  Request request{"GET", part_.url, client_.options_.headers};
  if (left() < part_.file_size)
    request.headers.emplace_back("Range", fmt::format("bytes={}-{}", position_, part_.range.last));
  if (auto started = start_following(*exchange_, request, client_.options_.follow_redirects); !started)
    return started;
  const int status = exchange_->head().status;
  if (status != 200 && status != 206) return tl::unexpected(read_status_failure(*exchange_, part_.url));
  return check_answer();
}

Tried<void> PartDownload::check_answer() {
  const ResponseHead& head = exchange_->head();
  const auto named = protocol::parse_repr_digest(head.header("repr-digest"));
  if (named && *named != part_.file_sha256)
    return tl::unexpected(
        Failure{.code = Code::kCorrupt,
                .cause = fmt::format("{} is another file than {} listed: its digest differs",
                                     printable(redacted(part_.url)), server_of(part_.url)),
                .way_out = "tell the host's operator"});
  if (!first_) {
    first_ = Representation::of(head);
    first_->size = part_.file_size;
  }
  const Continuation answer = judge(*first_, position_, head);
  const bool whole = answer.kind == Continuation::Kind::kWhole && left() == part_.file_size;
  const bool part = answer.kind == Continuation::Kind::kPart && answer.end == part_.range.last + 1;
  if (whole || part) return {};
  return tl::unexpected(Failure{
      .cause =
          fmt::format("{} cannot be read in parts: {}", printable(redacted(part_.url)),
                      answer.why.empty() ? "the host sends another part than was asked for" : answer.why),
      .way_out = "tell the host's operator"});
}

Result<size_t> PartDownload::read(MutableBytes buffer) {
  while (left() > 0 && !buffer.empty()) {
    const auto got = exchange_->read(buffer.first(std::min<uint64_t>(buffer.size(), left())));
    if (got && *got > 0) {
      position_ += *got;
      budget_.progressed(*got);
      if (left() == 0) TFHUB_TRY(finish());
      return *got;
    }
    TFHUB_TRY(start(got ? Failure{.cause = fmt::format("the connection to {} was cut", server_of(part_.url)),
                                  .way_out = "try again later",
                                  .retry = Failure::Retry::kYes}
                        : got.error()));
  }
  return 0;
}

// Only an answer that was read to its end leaves a connection for the next one.
Result<void> PartDownload::finish() {
  std::byte beyond{};
  const auto got = exchange_->read({&beyond, 1});
  if (got && *got > 0)
    return fail(Code::kCorrupt, "{} sends more bytes than it announced; try again, or tell its operator",
                server_of(part_.url));
  if (got) client_.keep(std::move(exchange_));
  return {};
}

PartClient::PartClient(HttpOptions options, const Tuning& tuning)
    : options_(std::move(options)), tuning_(tuning) {}

PartClient::~PartClient() = default;

Result<std::unique_ptr<Exchange>> PartClient::connection() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto exchange = std::move(idle_.back());
      idle_.pop_back();
      return exchange;
    }
  }
  return Exchange::create(options_, Deadline());
}

void PartClient::keep(std::unique_ptr<Exchange> exchange) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(exchange));
}

Result<std::unique_ptr<ByteSource>> PartClient::get(const Part& part) {
  TFHUB_TRY(check_url(part.url));
  TFHUB_ASSIGN(auto exchange, connection());
  auto download = std::make_unique<PartDownload>(*this, part, std::move(exchange));
  TFHUB_TRY(download->start());
  return download;
}

}  // namespace tfhub::transfer
