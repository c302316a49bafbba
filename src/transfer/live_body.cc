#include "transfer/live_body.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"
#include "transfer/head_lines.h"

namespace tfhub::transfer {
namespace {

// What is sent on is still in the processor's cache.
constexpr size_t kBuffer = 1 << 20;
// Less is worth another recv(): TLS gives one record at a time, 16 KiB.
constexpr size_t kWorthSending = 128 << 10;
// Less is not worth waking for: a call that moves bytes from socket to socket costs the same for many of
// them.
constexpr size_t kWorthMoving = 384 << 10;
constexpr size_t kLargestLiveHead = 64 << 10;

std::string request_text(const protocol::Url& url, const Headers& headers) {
  std::string text = fmt::format("GET {}{}{} HTTP/1.1\r\n", url.path.empty() ? "/" : url.path,
                                 url.has_query ? "?" : "", url.query);
  bool has_host = false;
  for (const auto& [name, value] : headers) {
    has_host = has_host || lower_ascii(name) == "host";
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!has_host) text.append("Host: ").append(url.authority).append("\r\n");
  return text.append("User-Agent: tfhub/" TFHUB_VERSION "\r\n\r\n");
}

}  // namespace

LiveBody::LiveBody(std::unique_ptr<RawConnection> connection, std::chrono::milliseconds patience,
                   std::shared_ptr<KeptConnections> kept)
    : connection_(std::move(connection)),
      patience_(patience),
      kept_(std::move(kept)),
      buffer_(new std::byte[kBuffer]),  // not made zero: its pages exist once they are used
      may_splice_(connection_->plain()) {}

LiveBody::~LiveBody() {
  if (!reusable_ || failed_ || received_ != length_) return;
  connection_->wake_for(1);
  kept_->keep(std::move(connection_));
}

Result<std::unique_ptr<LiveBody>> LiveBody::get(const std::string& url, const Headers& headers,
                                                const HttpOptions& options,
                                                std::shared_ptr<KeptConnections> kept) {
  const auto parsed = protocol::Url::parse(url);
  if (!parsed) return fail(Code::kUsage, "{} is not a URL", printable(url));
  const std::string request = request_text(*parsed, headers);
  const auto try_on = [&](std::unique_ptr<RawConnection> connection) {
    return std::unique_ptr<LiveBody>(new LiveBody(std::move(connection), options.stall_timeout, kept));
  };
  if (auto connection = kept->take()) {
    auto body = try_on(std::move(connection));
    auto asked = body->ask(request);
    if (asked) return body;
    // The server may have closed it just now.
    if (body->end_ > 0) return fail(asked.error());
  }
  TFHUB_ASSIGN(auto connection, RawConnection::open(url, options));
  auto body = try_on(std::move(connection));
  TFHUB_TRY(body->ask(request));
  return body;
}

Result<void> LiveBody::ask(const std::string& request) {
  connection_->wake_for(1);
  TFHUB_TRY(connection_->send(as_bytes(request), Clock::now() + patience_));
  TFHUB_TRY(read_head());
  const auto length = head_.content_length();
  const auto frames = [](const auto& header) {
    return header.first == "content-length" || header.first == "transfer-encoding";
  };
  if (!length || std::count_if(head_.headers.begin(), head_.headers.end(), frames) != 1)
    return fail(Code::kNetwork, "an answer without one plain length is not understood here");
  length_ = *length;
  received_ = end_ - begin_;
  if (received_ > length_) return fail(Code::kNetwork, "more was sent than the answer's length");
  reusable_ = persistent_ && lower_ascii(head_.header("connection")) != "close";
  return {};
}

// What follows it is the beginning of the body, and stays in the buffer.
Result<void> LiveBody::read_head() {
  const Clock::time_point until = Clock::now() + patience_;
  for (bool complete = false; !complete;) {
    const std::string_view waiting = as_text(Bytes(buffer_.get(), end_)).substr(begin_);
    if (const size_t end = waiting.find('\n'); end != std::string_view::npos) {
      if (waiting.starts_with("HTTP/")) persistent_ = waiting.starts_with("HTTP/1.1 ");
      complete = add_head_line(waiting.substr(0, end + 1), head_);
      begin_ += end + 1;
      continue;
    }
    if (end_ >= kLargestLiveHead) return fail(Code::kNetwork, "a head of an answer has no end");
    const auto got = connection_->receive(MutableBytes(buffer_.get(), kBuffer).subspan(end_));
    switch (got.what) {
      case RawConnection::Received::What::kBytes:
        end_ += got.size;
        break;
      case RawConnection::Received::What::kNothingYet:
        if (!connection_->wait(until)) return fail(Code::kNetwork, "no answer came in time");
        break;
      default:
        return fail(Code::kNetwork, "the connection was closed before the answer");
    }
  }
  return {};
}

Clock::time_point LiveBody::until() const {
  return waiting_since_.value_or(Clock::now()) + patience_;
}

RawConnection::Received LiveBody::receive(MutableBytes into) {
  const auto got = connection_->receive(into.first(std::min<uint64_t>(into.size(), length_ - received_)));
  using What = RawConnection::Received::What;
  if (got.what == What::kBytes) {
    note_bytes(got.size);
  } else if (got.what == What::kNothingYet) {
    if (!waiting_since_) waiting_since_ = Clock::now();
  } else {
    failed_ = true;
  }
  return got;
}

void LiveBody::note_bytes(size_t size) {
  received_ += size;
  waiting_since_.reset();
}

Result<size_t> LiveBody::read(MutableBytes buffer) {
  if (begin_ < end_) {
    const size_t size = std::min(buffer.size(), end_ - begin_);
    std::memcpy(buffer.data(), buffer_.get() + begin_, size);
    begin_ += size;
    return size;
  }
  if (holds_in_pipe()) {
    if (const size_t size = pipe_->read(buffer); size > 0) return size;
    failed_ = true;
  }
  connection_->wake_for(1);
  while (received_ < length_ && !failed_) {
    const auto got = receive(buffer);
    if (got.what == RawConnection::Received::What::kBytes) return got.size;
    if (got.what != RawConnection::Received::What::kNothingYet) break;
    if (connection_->wait(until())) continue;
    failed_ = true;
    return fail(Code::kNetwork, "nothing came for {:.3g} s", static_cast<double>(patience_.count()) / 1000);
  }
  if (failed_) return fail(Code::kNetwork, "the connection was cut");
  return 0;
}

Result<void> LiveBody::await_first_bytes() {
  while (here().empty() && length_ > 0) {
    if (failed_ || !connection_->wait(until())) return fail(Code::kNetwork, "nothing of the body came");
  }
  return {};
}

Bytes LiveBody::here() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    const MutableBytes room(buffer_.get(), kBuffer);
    if (holds_in_pipe()) {  // all of it: the buffer has room for as much as a pipe
      end_ = pipe_->read(room);
      failed_ = failed_ || holds_in_pipe();
    }
    while (received_ < length_ && !failed_ && end_ < kWorthSending) {
      const auto got = receive(room.subspan(end_));
      if (got.what != RawConnection::Received::What::kBytes) break;
      end_ += got.size;
    }
  }
  return Bytes(buffer_.get(), end_).subspan(begin_);
}

void LiveBody::take(size_t size) {
  begin_ += size;
}

std::optional<Moved> LiveBody::move_to(int socket, uint64_t most) {
  if (!may_splice_ || begin_ < end_) return std::nullopt;
  if (!pipe_) pipe_ = SplicePipe::open();
  if (!pipe_) {
    may_splice_ = false;
    return std::nullopt;
  }
  if (!holds_in_pipe()) {
    constexpr Moved kNothing{Moved::What::kNothingHere};
    if (received_ == length_ || failed_) return kNothing;
    if (std::exchange(emptied_, false)) {
      waiting_since_ = Clock::now();
      return kNothing;
    }
    const size_t taken = pipe_->take_from(connection_->descriptor(), std::min(most, length_ - received_));
    // What that was, an empty connection or its end, receive() tells.
    if (taken == 0) return here().empty() ? std::optional(kNothing) : std::nullopt;
    note_bytes(taken);
    emptied_ = taken < kWorthMoving;
  }
  return pipe_->give_to(socket, received_ < length_);
}

std::optional<Arrival> LiveBody::arrival() {
  if (failed_) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until() - Clock::now());
  if (left <= left.zero()) return std::nullopt;
  connection_->wake_for(std::min<uint64_t>(may_splice_ ? kWorthMoving : kWorthSending, length_ - received_));
  return Arrival{connection_->descriptor(), left};
}

}  // namespace tfhub::transfer
