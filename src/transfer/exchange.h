// One HTTP exchange on the wire: request out, head in, then the body by read(), all in the calling thread on
// a curl_multi handle. Nothing happens between calls, so a reader that takes its time slows the sender down
// (TCP's window fills) and memory stays small. Knows nothing of redirects, retries and what the bytes mean.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "transfer/curl_library.h"
#include "transfer/failure.h"
#include "transfer/http.h"
#include "transfer/retry.h"

namespace tfhub::transfer {

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Reused for one request after another: a connection that is still good serves the next one.
class Exchange {
 public:
  static Result<std::unique_ptr<Exchange>> create(const HttpOptions& options, const Deadline& deadline);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends `request`; the head of its answer has arrived when this returns. Ends the exchange before it.
  Tried<void> start(const Request& request);
  const ResponseHead& head() const { return head_; }
  // The body's next bytes, as they come; 0: the body is complete as far as its own framing tells.
  Tried<size_t> read(MutableBytes buffer);
  void stop();

 private:
  Exchange(const CurlLibrary& curl, HttpOptions options, const Deadline& deadline)
      : curl_(curl), options_(std::move(options)), deadline_(deadline) {}

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_.easy_setopt(easy_.get(), option, value);
  }
  void configure(const Request& request);
  Tried<void> check_lengths() const;
  Tried<void> advance();  // until something arrived or the exchange ended
  bool perform();
  Tried<void> wait();
  Tried<void> check_speed();
  Failure failure(CURLcode code) const;
  size_t take(const char* data, size_t size);      // body
  size_t take_line(std::string_view header_line);  // head
  static size_t on_body(char* data, size_t one, size_t size, void* self);
  static size_t on_header(char* data, size_t one, size_t size, void* self);

  const CurlLibrary& curl_;
  HttpOptions options_;
  Deadline deadline_;
  MultiHandle multi_;
  EasyHandle easy_;
  HeaderList request_headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  std::string url_, proxy_;
  ResponseHead head_;
  size_t head_bytes_ = 0;
  bool head_complete_ = false;
  bool active_ = false;    // the easy handle is in the multi handle
  bool finished_ = false;  // with result_
  CURLcode result_ = CURLE_OK;

  // The buffer of the read() under way; what one perform() brings beyond it waits in spare_.
  MutableBytes target_;
  size_t filled_ = 0;
  std::unique_ptr<std::byte[]> spare_;
  size_t spare_begin_ = 0, spare_end_ = 0;
  bool paused_ = false;

  uint64_t arrived_ = 0;  // bytes of head and body: whether anything moves
  bool sent_ = false;     // connected and request on its way: from then on silence is a stall
  Clock::time_point last_arrival_;
  // How fast it comes: bytes since the window of waiting began, and how long was waited in it. Time that the
  // reader took is not the host's.
  uint64_t window_begin_ = 0;
  Clock::duration waited_{};
};

}  // namespace tfhub::transfer
