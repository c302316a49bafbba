// get(): a body that is read as it comes, and that survives cuts.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "transfer/checksum.h"
#include "transfer/fetch.h"
#include "transfer/redirect.h"
#include "transfer/resume.h"
#include "transfer/retry.h"
#include "transfer/tuning.h"

namespace tfhub::transfer {
namespace {

class ResumingDownload final : public Download {
 public:
  ResumingDownload(std::string url, const HttpOptions& options, const RetryBudget& budget,
                   std::unique_ptr<Exchange> exchange)
      : url_(std::move(url)), options_(options), budget_(budget), exchange_(std::move(exchange)) {}

  Result<void> open(std::optional<HeldPart> held = {});
  Result<size_t> read(MutableBytes buffer) override;
  const ResponseHead& head() const override { return first_.head; }
  bool worth_restarting() const override { return worth_restarting_; }
  uint64_t held() const override { return held_ ? held_->size : 0; }
  const std::string& validator() const override { return first_.validator; }
  std::string address() const override { return address_of(first_.head.url); }

 private:
  static std::string address_of(std::string_view url) {
    return Sha256::of(as_bytes(without_query(url))).hex();
  }
  Result<void> open_anew() {
    exchange_->stop();
    return open();
  }
  bool take_up_held(HeldPart held);
  Result<size_t> read_held(MutableBytes buffer);
  Result<void> resume(Failure cut);
  Result<bool> take_up(Failure& cut);  // one try of resume(); false: `cut` says why not yet
  tl::unexpected<Error> stop(Error error, bool worth_restarting = false);

  const std::string url_;
  const HttpOptions options_;
  RetryBudget budget_;
  std::unique_ptr<Exchange> exchange_;

  Representation first_;
  NamedDigests digests_;
  std::optional<HeldPart> held_;
  uint64_t held_left_ = 0;       // of its bytes, not yet given to the reader
  uint64_t position_ = 0;        // bytes given to the reader, or held for him
  std::optional<uint64_t> end_;  // where the answer under way must end
  bool resumed_ = false;
  bool complete_ = false;
  bool worth_restarting_ = false;
  std::optional<Error> error_;  // final
};

tl::unexpected<Error> ResumingDownload::stop(Error error, bool worth_restarting) {
  exchange_->stop();
  worth_restarting_ = worth_restarting;
  error_ = error;
  return fail(std::move(error));
}

Result<void> ResumingDownload::open(std::optional<HeldPart> held) {
  Request request{"GET", url_, options_.headers};
  if (held) {
    request.headers.emplace_back("Range", fmt::format("bytes={}-", held->size));
    request.headers.emplace_back("If-Range", held->validator);
  }
  for (;;) {
    auto started = start_following(*exchange_, request, options_.follow_redirects);
    if (started && exchange_->head().status < 300) break;
    if (started && held && exchange_->head().status == 416) return open_anew();
    const Failure failure = started ? read_status_failure(*exchange_, url_) : started.error();
    if (!budget_.try_again(failure)) return fail(failure.error(budget_.tries()));
  }
  // Another file, or a host that does not send parts after all: it is fetched anew.
  if (held && exchange_->head().status == 206)
    return take_up_held(std::move(*held)) ? Result<void>() : open_anew();
  first_ = Representation::of(exchange_->head());
  const bool part_wanted =
      std::any_of(options_.headers.begin(), options_.headers.end(),
                  [](const auto& header) { return lower_ascii(header.first) == "range"; });
  if (first_.head.status == 206 && !part_wanted)
    return fail(Code::kNetwork,
                "{} answered with a part (206) where the whole was asked for; tell its operator",
                server_of(url_));
  if (first_.head.status == 200) {
    digests_ = NamedDigests::of(first_.head);
  } else {  // a part that the caller's own headers asked for, or nothing at all: not to be taken up again
    first_.validator.clear();
  }
  end_ = first_.size;
  return {};
}

// The answer under way is 206. false: its bytes do not follow the held ones.
bool ResumingDownload::take_up_held(HeldPart held) {
  const ResponseHead& head = exchange_->head();
  if (address_of(head.url) != held.address) return false;
  Representation first;
  first.head.url = head.url;
  first.head.headers = {{held.validator.starts_with('"') ? "etag" : "last-modified", held.validator}};
  first.size = held.total;
  first.validator = held.validator;
  const Continuation next = judge(first, held.size, head);
  if (next.kind != Continuation::Kind::kPart) return false;
  // As the answer to a GET of the whole would be.
  first.head.status = 200;
  first.head.headers.clear();
  for (const auto& [name, value] : head.headers)
    if (name != "content-range" && name != "content-length") first.head.headers.emplace_back(name, value);
  first.head.headers.emplace_back("content-length", std::to_string(next.size));
  first_ = std::move(first);
  digests_ = NamedDigests::of(first_.head);
  position_ = held_left_ = held.size;
  end_ = next.end;
  resumed_ = true;
  held_ = std::move(held);
  return true;
}

Result<size_t> ResumingDownload::read_held(MutableBytes buffer) {
  auto got = held_->bytes->read(buffer.first(std::min<uint64_t>(buffer.size(), held_left_)));
  if (!got) return stop(got.error(), /*worth_restarting=*/true);
  if (*got == 0) return stop(Error(Code::kUnexpected, "what was kept of a download became shorter"), true);
  held_left_ -= *got;
  digests_.update(buffer.first(*got));
  return got;
}

Result<size_t> ResumingDownload::read(MutableBytes buffer) {
  if (error_) return fail(*error_);
  if (buffer.empty()) return 0;
  if (held_left_ > 0) return read_held(buffer);
  while (!complete_) {
    // At a known end nothing more is asked of the wire: what it still says (a 416's body) is none of ours.
    auto got = first_.size && position_ == *first_.size ? Tried<size_t>(0) : exchange_->read(buffer);
    if (got && *got > 0) {
      if (end_ && *got > *end_ - position_)
        return stop(
            Error(Code::kCorrupt, fmt::format("{} sends more bytes than it announced; try again, or tell its "
                                              "operator",
                                              server_of(url_))),
            resumed_);
      position_ += *got;
      budget_.progressed(*got);
      digests_.update(buffer.first(*got));
      return *got;
    }
    const bool all_here = first_.size ? position_ == *first_.size : got.has_value();
    if (all_here) {
      complete_ = true;
      exchange_->stop();
      if (auto checked = digests_.check(url_); !checked) return stop(checked.error(), resumed_);
      break;
    }
    Failure cut = got ? Failure{.cause = fmt::format("the connection to {} was cut", server_of(url_)),
                                .way_out = "try again later",
                                .retry = Failure::Retry::kYes}
                      : got.error();
    TFHUB_TRY(resume(std::move(cut)));
  }
  return 0;
}

Result<void> ResumingDownload::resume(Failure cut) {
  for (;;) {
    cut.detail +=
        fmt::format(" (after {} of {} bytes)", position_,
                    first_.size ? std::to_string(*first_.size) : std::string("an unknown number of"));
    if (cut.retry != Failure::Retry::kNever && position_ > 0 && first_.validator.empty()) {
      cut.way_out = "the host names no validator to continue by, so it must be fetched anew";
      return stop(cut.error(1), /*worth_restarting=*/true);
    }
    if (!budget_.try_again(cut)) return stop(cut.error(budget_.tries()));
    TFHUB_ASSIGN(const bool continues, take_up(cut));
    if (continues) return {};
  }
}

Result<bool> ResumingDownload::take_up(Failure& cut) {
  // The first URL again, not the last one of its redirects: signed addresses expire.
  Request request{"GET", url_, options_.headers};
  if (position_ > 0) {
    request.headers.emplace_back("Range", fmt::format("bytes={}-", position_));
    request.headers.emplace_back("If-Range", first_.validator);
  }
  auto started = start_following(*exchange_, request, options_.follow_redirects);
  if (!started) {
    cut = std::move(started).error();
    return false;
  }
  const int status = exchange_->head().status;
  if (status != 200 && status != 206 && status != 416) {
    cut = read_status_failure(*exchange_, url_);
    return false;
  }
  resumed_ = true;
  const Continuation next = judge(first_, position_, exchange_->head());
  switch (next.kind) {
    case Continuation::Kind::kChanged:
      return stop(Error(Code::kNetwork,
                        fmt::format("the download of {} was cut after {} and cannot be continued: {}; "
                                    "fetch it anew",
                                    printable(redacted(url_)), human_size(position_), next.why)),
                  /*worth_restarting=*/true);
    case Continuation::Kind::kWhole:
      end_ = first_.size;
      return true;
    case Continuation::Kind::kPart:
      first_.size = next.size;
      end_ = next.end;
      return true;
    case Continuation::Kind::kComplete:
      first_.size = next.size;
      return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Download>> get(const std::string& url, const HttpOptions& options,
                                      const Tuning& tuning, std::optional<HeldPart> held) {
  TFHUB_TRY(check_url(url));
  const Deadline deadline = Deadline::after(options.total_timeout);
  TFHUB_ASSIGN(auto exchange, Exchange::create(options, deadline));
  auto download = std::make_unique<ResumingDownload>(
      url, options, RetryBudget(options.retries, tuning, deadline), std::move(exchange));
  TFHUB_TRY(download->open(std::move(held)));
  return download;
}

Result<std::unique_ptr<Download>> get(const std::string& url, const HttpOptions& options,
                                      std::optional<HeldPart> held) {
  return get(url, options, Tuning(), std::move(held));
}

}  // namespace tfhub::transfer
