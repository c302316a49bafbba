#include "transfer/exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/interruption.h"
#include "base/settings.h"
#include "base/text.h"
#include "transfer/proxy.h"
#include "transfer/sigpipe.h"

namespace tfhub::transfer {
namespace {

constexpr size_t kReceiveBuffer = 512 << 10;  // the largest libcurl allows: one recv() brings so much
// What one perform() may bring beyond the reader's buffer. Over TLS it can bring more; then libcurl pauses.
constexpr size_t kSpare = kReceiveBuffer;
constexpr size_t kLargestHead = 256 << 10;

// The authorities to trust (http.h names the order); empty: what libcurl was built with.
std::string ca_bundle(const HttpOptions& options) {
  if (!options.ca_bundle.empty()) return options.ca_bundle;
  if (std::string ours = tfhub::get(settings::kCaBundle); !ours.empty()) return ours;
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return {};
}

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
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_USERAGENT, "tfhub/" TFHUB_VERSION);
  if (request.method == "HEAD")
    set(CURLOPT_NOBODY, 1L);
  else if (request.method != "GET")
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // One stream a connection is all we need, and HTTP/2 costs a copy and a window of its own.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_BUFFERSIZE, static_cast<long>(kReceiveBuffer));
  set(CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold us beyond our deadline: its thread is left to itself.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_PROXY, proxy_.c_str());
  set(CURLOPT_NOPROXY, "");  // proxy_for() has decided

  auto connect = options_.connect_timeout;
  if (deadline_.at)
    connect = std::min(connect,
                       std::chrono::milliseconds(std::max(1L, milliseconds(*deadline_.at - Clock::now()))));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));

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
  configure_tls();
}

void Exchange::configure_tls() {
  const long verify = options_.verify_certificate ? 1L : 0L;
  set(CURLOPT_SSL_VERIFYPEER, verify);
  set(CURLOPT_SSL_VERIFYHOST, verify * 2);
  set(CURLOPT_PROXY_SSL_VERIFYPEER, verify);
  set(CURLOPT_PROXY_SSL_VERIFYHOST, verify * 2);
  if (const std::string bundle = ca_bundle(options_); !bundle.empty()) {
    set(CURLOPT_CAINFO, bundle.c_str());
    set(CURLOPT_PROXY_CAINFO, bundle.c_str());
  }
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
  return {};
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
  if (line.starts_with("HTTP/")) {           // a new head: what came before was 1xx
    head_.headers.clear();
    const size_t space = line.find(' ');
    head_.status =
        space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    return line.size();
  }
  const std::string_view text = trim(line);
  if (text.empty()) {
    head_complete_ = head_.status >= 200;
    return line.size();
  }
  if ((line[0] == ' ' || line[0] == '\t') && !head_.headers.empty()) {  // a folded line (RFC 9112, 5.2)
    head_.headers.back().second.append(" ").append(text);
    return line.size();
  }
  if (const size_t colon = text.find(':'); colon != std::string_view::npos)
    head_.headers.emplace_back(lower_ascii(trim(text.substr(0, colon))),
                               std::string(trim(text.substr(colon + 1))));
  return line.size();
}

Failure Exchange::failure(CURLcode code) const {
  // libcurl calls one line of more than 100 KiB a lack of memory.
  const bool endless_line = code == CURLE_OUT_OF_MEMORY && active_ && !head_complete_;
  if (head_bytes_ > kLargestHead || endless_line)
    return {.cause = fmt::format("{} sent headers that have no end", server_of(url_)),
            .way_out = "check the address, or ask the server's operator"};
  CurlReport report{.code = code, .text = error_text_.data(), .url = url_, .proxy = proxy_};
  if (report.text.empty()) report.text = curl_.easy_strerror(code);
  curl_.easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &report.proxy_status);
  curl_.easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &report.os_errno);
  return curl_failure(report);
}

}  // namespace tfhub::transfer
