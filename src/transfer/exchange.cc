#include "transfer/exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/interruption.h"
#include "base/text.h"
#include "transfer/connection_options.h"
#include "transfer/head_lines.h"
#include "transfer/proxy.h"
#include "transfer/sigpipe.h"

namespace tfhub::transfer {
namespace {

constexpr size_t kReceiveBuffer = 512 << 10;  // the largest libcurl allows: one recv() brings so much
// What one perform() may bring beyond the reader's buffer. Over TLS it can bring more; then libcurl pauses.
constexpr size_t kSpare = kReceiveBuffer;
constexpr size_t kLargestHead = 256 << 10;

long milliseconds(std::chrono::nanoseconds time) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

}  // namespace

Result<std::unique_ptr<Exchange>> Exchange::create(const HttpOptions& options, const Deadline& deadline) {
  TFHUB_ASSIGN(const CurlLibrary* curl, curl_library());
  std::unique_ptr<Exchange> exchange(new Exchange(*curl, options, deadline));
  exchange->multi_ = MultiHandle(curl->multi_init(), {curl});
  exchange->easy_ = EasyHandle(curl->easy_init(), {curl});
  if (!exchange->multi_ || !exchange->easy_)
    return fail(Code::kUnexpected, "libcurl gives no handle; there is not enough memory");
  return exchange;
}

Exchange::~Exchange() {
  stop();
}

void Exchange::stop() {
  if (active_) curl_.multi_remove_handle(multi_.get(), easy_.get());
  active_ = false;
}

size_t Exchange::on_body(char* data, size_t, size_t size, void* self) {
  return static_cast<Exchange*>(self)->take(data, size);
}

size_t Exchange::on_header(char* data, size_t, size_t size, void* self) {
  return static_cast<Exchange*>(self)->take_line({data, size});
}

void Exchange::configure(const Request& request) {
  curl_.easy_reset(easy_.get());
  auto connect = options_.connect_timeout;
  if (deadline_.at)
    connect = std::min(connect,
                       std::chrono::milliseconds(std::max(1L, milliseconds(*deadline_.at - Clock::now()))));
  set_connection_options(curl_, easy_.get(), url_, proxy_, options_, connect, error_text_.data());
  set(CURLOPT_USERAGENT, "tfhub/" TFHUB_VERSION);
  if (request.method == "HEAD")
    set(CURLOPT_NOBODY, 1L);
  else if (request.method != "GET")
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set(CURLOPT_BUFFERSIZE, static_cast<long>(kReceiveBuffer));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  request_headers_ = HeaderList(nullptr, {&curl_});
  for (const auto& [name, value] : request.headers) {
    // ';' is libcurl's way to send it empty.
    const std::string line = value.empty() ? name + ";" : fmt::format("{}: {}", name, value);
    if (curl_slist* longer = curl_.slist_append(request_headers_.get(), line.c_str())) {
      (void)request_headers_.release();
      request_headers_.reset(longer);
    }
  }
  if (request_headers_) set(CURLOPT_HTTPHEADER, request_headers_.get());
}

Tried<void> Exchange::start(const Request& request) {
  const SigpipeGuard guard;
  stop();
  if (deadline_.passed(Clock::now())) return tl::unexpected(deadline_.failure(request.url));
  url_ = request.url;
  proxy_ = proxy_for(url_);
  error_text_[0] = '\0';
  configure(request);
  head_ = {};
  head_.url = url_;
  head_bytes_ = 0;
  head_complete_ = finished_ = paused_ = sent_ = false;
  result_ = CURLE_OK;
  target_ = {};
  filled_ = spare_begin_ = spare_end_ = 0;
  last_arrival_ = Clock::now();
  window_begin_ = arrived_;
  waited_ = {};
  if (const CURLMcode code = curl_.multi_add_handle(multi_.get(), easy_.get()); code != CURLM_OK)
    return tl::unexpected(
        Failure{.code = Code::kUnexpected,
                .cause = fmt::format("libcurl does not start: {}", curl_.multi_strerror(code)),
                .way_out = "try again"});
  active_ = true;
  while (!head_complete_ && !finished_)
    if (auto step = advance(); !step) return step;
  if (!head_complete_) return tl::unexpected(failure(result_ == CURLE_OK ? CURLE_GOT_NOTHING : result_));
  return check_lengths();
}

// RFC 9112, 6.3: lengths that contradict each other are how one answer is smuggled into another.
Tried<void> Exchange::check_lengths() const {
  std::string_view length;
  for (const auto& [name, value] : head_.headers) {
    if (name != "content-length") continue;
    if (!length.empty() && length != value)
      return tl::unexpected(
          Failure{.cause = fmt::format("{} names two lengths for one answer, {} and {}", server_of(url_),
                                       printable(length, 40), printable(value, 40)),
                  .way_out = "ask the server's operator"});
    length = value;
  }
  return {};
}

Tried<size_t> Exchange::read(MutableBytes buffer) {
  if (buffer.empty()) return 0;
  for (;;) {
    if (spare_begin_ < spare_end_) {
      const size_t size = std::min(buffer.size(), spare_end_ - spare_begin_);
      std::memcpy(buffer.data(), spare_.get() + spare_begin_, size);
      spare_begin_ += size;
      return size;
    }
    if (finished_) {
      if (result_ != CURLE_OK) return tl::unexpected(failure(result_));
      return 0;
    }
    if (!active_) return tl::unexpected(failure(CURLE_RECV_ERROR));
    const SigpipeGuard guard;
    spare_begin_ = spare_end_ = 0;
    target_ = buffer;
    filled_ = 0;
    last_arrival_ = Clock::now();  // the time the reader took is not the server's
    auto step = advance();
    target_ = {};
    if (!step) return tl::unexpected(std::move(step).error());
    if (filled_ > 0) return filled_;
  }
}

Tried<void> Exchange::advance() {
  for (;;) {
    if (interrupted())
      return tl::unexpected(
          Failure{.code = Code::kUnexpected,
                  .cause = fmt::format("the transfer from {} was interrupted", server_of(url_)),
                  .way_out = "start it again"});
    const bool moved = perform();
    if (deadline_.passed(Clock::now())) return tl::unexpected(deadline_.failure(url_));
    if (moved) return {};
    if (auto waited = wait(); !waited) return waited;
  }
}

// Whether anything moved.
bool Exchange::perform() {
  const uint64_t before = arrived_;
  if (paused_) {
    paused_ = false;
    curl_.easy_pause(easy_.get(), CURLPAUSE_CONT);  // hands over what it kept, by way of take()
  }
  int running = 0;
  if (!paused_ && arrived_ == before) {
    if (curl_.multi_perform(multi_.get(), &running) != CURLM_OK) {
      finished_ = true;
      result_ = CURLE_RECV_ERROR;
      return true;
    }
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      finished_ = true;
      result_ = message->data.result;
    }
  }
  if (arrived_ != before) last_arrival_ = Clock::now();
  return arrived_ != before || finished_;
}

// Until there may be something to do; a stall is a failure.
Tried<void> Exchange::wait() {
  const auto now = Clock::now();
  if (!sent_) {
    curl_off_t begun = 0;
    curl_.easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &begun);
    if (begun > 0) {
      sent_ = true;
      last_arrival_ = now;
    }
  }
  std::chrono::steady_clock::time_point until = now + kInterruptionLatency;
  if (sent_) {
    const auto stalled = last_arrival_ + options_.stall_timeout;
    if (now >= stalled)
      return tl::unexpected(
          Failure{.cause = fmt::format("{} sent nothing for {:.3g} s", server_of(url_),
                                       static_cast<double>(options_.stall_timeout.count()) / 1000),
                  .way_out = "check the network, or raise TFHUB_STALL_TIMEOUT",
                  .retry = Failure::Retry::kYes});
    until = std::min(until, stalled);
  }
  if (deadline_.at) until = std::min(until, *deadline_.at);
  const long left = std::max(0L, milliseconds(until - now));
  curl_.multi_poll(multi_.get(), nullptr, 0, static_cast<int>(left), nullptr);
  if (!sent_) return {};
  waited_ += Clock::now() - now;
  return check_speed();
}

Tried<void> Exchange::check_speed() {
  if (options_.min_speed == 0 || waited_ < options_.speed_window) return {};
  const double seconds = std::chrono::duration<double>(waited_).count();
  const uint64_t came = arrived_ - window_begin_;
  window_begin_ = arrived_;
  waited_ = {};
  if (static_cast<double>(came) >= static_cast<double>(options_.min_speed) * seconds) return {};
  return tl::unexpected(
      Failure{.cause = fmt::format("{} sent only {} in {:.3g} s", server_of(url_), human_size(came), seconds),
              .way_out = "check the network, or lower TFHUB_MIN_SPEED"});
}

// Called with at most 16 KiB of what one recv() brought, until all of that is handed over.
size_t Exchange::take(const char* data, size_t size) {
  const size_t direct = std::min(size, target_.size() - filled_);
  const size_t rest = size - direct;
  if (rest > kSpare - spare_end_) {  // only before read(): libcurl keeps these bytes and gives them again
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (direct > 0) std::memcpy(target_.data() + filled_, data, direct);
  filled_ += direct;
  if (rest > 0) {
    if (!spare_) spare_.reset(new std::byte[kSpare]);  // not made zero: its pages exist once they are used
    std::memcpy(spare_.get() + spare_end_, data + direct, rest);
    spare_end_ += rest;
  }
  arrived_ += size;
  // Full: libcurl would go on receiving. Paused this way, it hands over what it has received and stops; a
  // refusal (CURL_WRITEFUNC_PAUSE) would make it copy that into a buffer of its own first.
  if (filled_ == target_.size() && !paused_) {
    paused_ = true;
    curl_.easy_pause(easy_.get(), CURLPAUSE_RECV);
  }
  return size;
}

size_t Exchange::take_line(std::string_view line) {
  arrived_ += line.size();
  head_bytes_ += line.size();
  if (head_bytes_ > kLargestHead) return 0;  // libcurl takes that as an error
  if (head_complete_) return line.size();    // a trailer: nobody here wants one
  head_complete_ = add_head_line(line, head_);
  return line.size();
}

Failure Exchange::failure(CURLcode code) const {
  // libcurl calls one line of more than 100 KiB a lack of memory.
  const bool endless_line = code == CURLE_OUT_OF_MEMORY && active_ && !head_complete_;
  if (head_bytes_ > kLargestHead || endless_line)
    return {.cause = fmt::format("{} sent headers that have no end", server_of(url_)),
            .way_out = "check the address, or ask the server's operator"};
  return curl_failure(report_of(curl_, easy_.get(), code, error_text_.data(), url_, proxy_));
}

}  // namespace tfhub::transfer
