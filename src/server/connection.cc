#include "server/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/blocking.h"
#include "server/problem.h"
#include "server/router.h"
#include "server/worker.h"

namespace tfhub::server {
namespace {

constexpr uint64_t kMostBodySkipped = 64 << 10;  // a larger body of a request ends the connection
constexpr std::chrono::milliseconds kLingerTime{2000};
constexpr size_t kMostLingered = 1 << 20;

}  // namespace

Connection::Connection(Worker& worker, os::UniqueFd socket, std::string remote)
    : worker_(worker),
      socket_(worker.loop, std::move(socket)),
      transport_(socket_.get(), worker.tls != nullptr ? worker.tls->get().get() : nullptr),
      remote_(std::move(remote)) {
  enter(Phase::kIdle, worker_.hub.options.idle_timeout);
  worker_.enlist(*this);
}

Connection::~Connection() {
  if (unfinished_)
    settle(*unfinished_, unfinished_->method, unfinished_->target, unfinished_->user_agent, false);
  worker_.dismiss(*this);
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  deadline_ = Clock::now() + limit;
}

void Connection::sweep(Clock::time_point now) {
  const bool waits_for_store = deadline_ == Clock::time_point::max() || arrivals_ != nullptr;
  if (phase_ == Phase::kAnswering && unfinished_ && !waits_for_store && took_some())
    enter(phase_, worker_.hub.options.stall_timeout);
  if (now < deadline_ || verdict_ != Verdict::kNone) return;
  if (arrivals_ != nullptr) return arrivals_->cancel();
  verdict_ = Verdict::kTimeout;
  worker_.metrics.timeouts.add(phase_ == Phase::kIdle ? 0 : 1);
  socket_.cancel();
}

// The kernel calls a socket writable again only when a third of its buffer is free, which takes a slow client
// a minute; how much is left in the buffer tells at once whether it takes anything.
bool Connection::took_some() {
  int unsent = 0;
  if (::ioctl(socket_.get(), SIOCOUTQ, &unsent) != 0) return false;
  return unsent < std::exchange(unsent_, unsent);
}

void Connection::drain() {
  if (phase_ != Phase::kIdle || verdict_ != Verdict::kNone) return;
  verdict_ = Verdict::kDrain;
  socket_.cancel();
}

void Connection::abort() {
  verdict_ = Verdict::kAbort;
  socket_.cancel();
  if (arrivals_ != nullptr) arrivals_->cancel();
}

Detached Connection::serve(std::unique_ptr<Connection> self) {
  Connection& c = *self;
  if (c.worker_.tls != nullptr && !co_await c.shake_hands()) co_return;
  bool must_wait = true, for_writing = false;
  for (bool alive = true; alive;) {
    if (c.worker_.draining && c.idle()) {
      c.verdict_ = Verdict::kDrain;
      must_wait = false;
    }
    if (must_wait) {
      const bool ready =
          for_writing ? co_await c.socket_.until_writable() : co_await c.socket_.until_readable();
      if (!ready && c.verdict_ == Verdict::kTimeout) c.say_timeout();
      // A connection that is to close because the server stops may just have received a request: it is
      // answered.
      if (!ready && c.verdict_ != Verdict::kDrain) break;
    }
    std::string_view input;
    const Io io = c.receive(input);
    if (io.status == Io::Status::kEnd || io.status == Io::Status::kFailed) break;
    if (io.status != Io::Status::kDone) {
      if (c.verdict_ != Verdict::kNone) break;
      must_wait = true;
      for_writing = io.status == Io::Status::kWantWrite;
      continue;
    }
    bool unread = false;
    for (bool more = true; more && alive;) {
      Step step = c.step(input);
      if (step == Step::kAsk) {
        step = co_await c.ask_store(input);  // step() moved the input into kept_
        input = std::string_view(c.kept_).substr(c.scanned_);
        c.scanned_ = 0;
      }
      if (step == Step::kUnsent) {
        c.keep(input);
        alive = co_await c.finish_sending();
        input = c.kept_;
        step = alive ? c.after_answer() : Step::kClose;
      }
      more = step == Step::kAnswered;
      unread = step == Step::kCloseUnread;
      alive = alive && step != Step::kClose && step != Step::kCloseUnread;
    }
    if (unread) co_await c.linger();
    if (!alive) break;
    c.keep(input);
    if (c.verdict_ != Verdict::kNone) break;
    must_wait = !c.transport_.has_buffered();
    for_writing = false;
  }
  if (c.transport_.encrypted()) c.transport_.end_writing();  // "close notify"
}

Task<bool> Connection::shake_hands() {
  if (!transport_.encrypted()) co_return false;
  enter(Phase::kHandshake, worker_.hub.options.header_timeout);
  while (true) {
    const Io io = transport_.handshake();
    bool ready = false;
    if (io.status == Io::Status::kDone) break;
    if (io.status == Io::Status::kWantRead) ready = co_await socket_.until_readable();
    if (io.status == Io::Status::kWantWrite) ready = co_await socket_.until_writable();
    if (!ready) co_return false;
  }
  enter(Phase::kIdle, worker_.hub.options.idle_timeout);
  co_return true;
}

// `input`: everything received and not yet understood, in the worker's buffer or in kept_.
Io Connection::receive(std::string_view& input) {
  const Io io = transport_.read(worker_.input);
  if (io.status != Io::Status::kDone) return io;
  const std::string_view got(reinterpret_cast<const char*>(worker_.input.data()), io.bytes);
  if (kept_.empty()) {
    input = got;
  } else {
    kept_.append(got);
    input = kept_;
  }
  return io;
}

void Connection::keep(std::string_view input) {
  if (input.empty()) {
    if (kept_.capacity() > sizeof(std::string))
      std::string().swap(kept_);  // an idle connection holds no buffer
    kept_.clear();
  } else if (!kept_.empty() && input.data() >= kept_.data() && input.data() <= kept_.data() + kept_.size()) {
    kept_.erase(0, static_cast<size_t>(input.data() - kept_.data()));
  } else {
    kept_.assign(input);
  }
}

bool Connection::skip_body(std::string_view& input) {
  const size_t skipped = std::min<uint64_t>(body_to_skip_, input.size());
  input.remove_prefix(skipped);
  body_to_skip_ -= skipped;
  return body_to_skip_ == 0;
}

Connection::Step Connection::step(std::string_view& input) {
  if (!skip_body(input)) {
    if (phase_ != Phase::kBody) enter(Phase::kBody, worker_.hub.options.header_timeout);
    return Step::kNeedInput;
  }
  // RFC 9112, 2.2: empty lines before a request line are old clients' way to end a body.
  while (input.starts_with("\r\n")) input.remove_prefix(2);
  if (input.empty()) {
    enter(Phase::kIdle, worker_.hub.options.idle_timeout);
    return Step::kNeedInput;
  }
  const size_t from = scanned_ > 3 && scanned_ < input.size() ? scanned_ - 3 : 0;
  const size_t end = input.find("\r\n\r\n", from);
  if (end == std::string_view::npos || end + 4 > kMaxHead) {
    if (input.size() > kMaxHead) return refuse({431, "The header is larger than 16 KiB."});
    scanned_ = static_cast<uint32_t>(input.size());
    // One deadline for the whole head, however slowly it drips.
    if (phase_ != Phase::kHead) enter(Phase::kHead, worker_.hub.options.header_timeout);
    return Step::kNeedInput;
  }
  scanned_ = 0;
  const std::string_view text = input.substr(0, end + 4);
  if (const HeadError error = read_head(text); error.status != 0) {
    input.remove_prefix(text.size());
    return refuse(error);
  }
  if (may_block(worker_.hub, head_.request)) {
    // The answer is made on another thread, from bytes that stay.
    keep(input);
    scanned_ = static_cast<uint32_t>(end + 4);
    input = std::string_view(kept_).substr(0, end + 4);
    return Step::kAsk;
  }
  input.remove_prefix(text.size());
  const Request& request = head_.request;
  worker_.outgoing.reset();
  worker_.outgoing.started = Clock::now();
  worker_.metrics.requests_started.add();
  answer(worker_.hub, request, worker_.reply);
  return start(request.method != Method::kHead, request.method_name, request.target, request.user_agent);
}

HeadError Connection::read_head(std::string_view text) {
  head_ = Head();
  const HeadError error = parse_head(text, head_);
  if (head_.request.host.empty()) head_.request.host = worker_.default_host;
  head_.request.scheme = transport_.encrypted() ? "https" : "http";
  return error;
}

// A request that cannot be understood ends the connection: where the next one begins is anybody's guess.
Connection::Step Connection::refuse(HeadError why) {
  worker_.outgoing.reset();
  worker_.outgoing.started = Clock::now();
  worker_.metrics.requests_started.add();
  Request request;
  request.method_name = "-";
  request.target = "-";
  if (why.status == 405) {
    answer_wrong_method(request, worker_.reply);
  } else {
    answer_problem(request, why.status, why.why, worker_.reply);
  }
  worker_.reply.route = Route::kNone;
  head_ = Head();
  head_.keep_alive = false;
  head_.chunked = true;  // more may follow that nobody reads
  return start(true, "-", "-", "");
}

// Sends the worker's reply, as far as the socket takes it now.
Connection::Step Connection::start(bool has_body, std::string_view method, std::string_view target,
                                   std::string_view user_agent) {
  Reply& reply = worker_.reply;
  Outgoing& out = worker_.outgoing;
  const bool body_is_small =
      !head_.chunked && !head_.expects_continue && head_.content_length <= kMostBodySkipped;
  out.keep_alive = head_.keep_alive && body_is_small && !worker_.draining && verdict_ == Verdict::kNone;
  body_to_skip_ = out.keep_alive ? head_.content_length : 0;
  serialise_head(reply, worker_.common, out.keep_alive, head_.version_1_0, out.bytes);
  out.head_size = out.bytes.size();
  out.status = reply.status;
  out.route = reply.route;
  if (has_body && (reply.file || reply.stream)) {
    out.file = std::move(reply.file);
    out.stream = std::move(reply.stream);
    out.offset = reply.offset;
    out.left = reply.length;
  } else if (has_body) {
    out.bytes.append(reply.body);
  }
  const Outgoing::Push pushed = out.push(transport_, worker_.scratch);
  if (pushed == Outgoing::Push::kDone || pushed == Outgoing::Push::kFailed) {
    settle(out, method, target, user_agent, pushed == Outgoing::Push::kDone);
    if (pushed == Outgoing::Push::kFailed) return Step::kClose;
    head_.keep_alive = out.keep_alive;
    return after_answer();
  }
  out.method = method;
  out.target = target;
  out.user_agent = user_agent;
  unfinished_ = std::make_unique<Outgoing>(std::move(out));
  head_.keep_alive = unfinished_->keep_alive;
  enter(Phase::kAnswering, worker_.hub.options.stall_timeout);
  return Step::kUnsent;
}

Connection::Step Connection::after_answer() const {
  if (head_.keep_alive) return Step::kAnswered;
  return head_.chunked || head_.content_length > 0 ? Step::kCloseUnread : Step::kClose;
}

void Connection::settle(const Outgoing& out, std::string_view method, std::string_view target,
                        std::string_view user_agent, bool complete) {
  const auto duration = Clock::now() - out.started;
  worker_.metrics.finished(out.route, out.status, duration);
  worker_.metrics.requests_finished.add();
  worker_.metrics.bytes_sent.add(out.body_sent);
  worker_.log({remote_, method, target, user_agent, out.status, out.body_sent, duration, complete});
}

Task<bool> Connection::finish_sending() {
  Outgoing& out = *unfinished_;
  std::optional<Descriptor> arrivals;  // the stream's; goes before that
  bool complete = false;
  for (bool going = true; going;) {
    const uint64_t before = out.bytes_sent + out.body_sent;
    const Outgoing::Push pushed = out.push(transport_, worker_.scratch);
    // Any progress counts: a slow client is served, one that takes nothing is not.
    if (out.bytes_sent + out.body_sent != before) {
      enter(Phase::kAnswering, worker_.hub.options.stall_timeout);
      unsent_ = 0;
    }
    switch (pushed) {
      case Outgoing::Push::kDone:
        complete = true;
        going = false;
        break;
      case Outgoing::Push::kFailed:
        going = false;
        break;
      case Outgoing::Push::kTurn:
        co_await Turn(worker_.loop);
        going = !cut();
        break;
      case Outgoing::Push::kWantRead:
        going = !cut() && co_await socket_.until_readable();
        break;
      case Outgoing::Push::kWantWrite:
        going = !cut() && co_await socket_.until_writable();
        break;
      case Outgoing::Push::kNeedBytes:
        going = co_await await_bytes(out, arrivals);
        break;
    }
  }
  settle(out, out.method, out.target, out.user_agent, complete);
  arrivals.reset();
  unfinished_.reset();
  co_return complete;
}

// The store has time limits of its own; ours begin again when it has answered.
Task<bool> Connection::await_bytes(Outgoing& out, std::optional<Descriptor>& arrivals) {
  bool come = false;
  if (const auto arrival = out.stream->arrival()) {
    if (!arrivals) arrivals.emplace(worker_.loop, arrival->descriptor);
    enter(Phase::kAnswering, arrival->patience);
    arrivals_ = &*arrivals;
    come = co_await arrivals->until_readable();
    arrivals_ = nullptr;
  }
  if (!come && !cut()) {
    arrivals.reset();
    deadline_ = Clock::time_point::max();
    co_await Blocking(worker_.hub.transfers, worker_, [&] { come = out.read_block(); });
  }
  enter(Phase::kAnswering, worker_.hub.options.stall_timeout);
  co_return come && !cut();
}

// As step() from the parsed head on, where the store may take long to answer.
Task<Connection::Step> Connection::ask_store(std::string_view head_text) {
  read_head(head_text);  // was good already; its bytes are elsewhere now
  const Request& request = head_.request;
  phase_ = Phase::kAnswering;
  deadline_ = Clock::time_point::max();
  const Clock::time_point started = Clock::now();
  worker_.metrics.requests_started.add();
  auto reply = std::make_unique<Reply>();  // the worker's serves others meanwhile
  const bool searches = must_search(worker_.hub, request);
  if (searches && !worker_.hub.searches.has_room()) {
    answer_too_many_searches(request, *reply);
  } else {
    co_await Blocking(searches ? worker_.hub.searches : worker_.hub.questions, worker_,
                      [&] { answer(worker_.hub, request, *reply); });
  }
  enter(Phase::kAnswering, worker_.hub.options.stall_timeout);
  worker_.reply = std::move(*reply);
  worker_.outgoing.reset();
  worker_.outgoing.started = started;
  co_return start(request.method != Method::kHead, request.method_name, request.target, request.user_agent);
}

// Closing a socket with unread input resets it, and the reset may overtake the answer (RFC 9112, 9.6): the
// client is told that nothing follows, and what it still sends is read for a moment.
Task<bool> Connection::linger() {
  transport_.end_writing();
  enter(Phase::kLingering, kLingerTime);
  for (size_t total = 0; total < kMostLingered;) {
    const ssize_t got = ::recv(socket_.get(), worker_.input.data(), worker_.input.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got > 0) {
      total += static_cast<size_t>(got);
    } else if (cut() || !co_await socket_.until_readable()) {
      break;
    }
  }
  co_return true;
}

void Connection::say_timeout() {
  if (phase_ != Phase::kHead && phase_ != Phase::kBody) return;
  refuse({408, "The request did not arrive in time."});
}

}  // namespace tfhub::server
