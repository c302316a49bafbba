// A GET for who sends its body on: the bytes are taken off the connection by the thread that has a use for
// them, without another thread, copy or wait between. One try; a cut or a stall is an error, and it is the
// caller's to ask elsewhere for the rest.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "transfer/http.h"
#include "transfer/kept_connections.h"
#include "transfer/raw_connection.h"
#include "transfer/splice_pipe.h"

namespace tfhub::transfer {

using Headers = std::vector<std::pair<std::string, std::string>>;

class LiveBody final : public ByteSource {
 public:
  // The answer's head has arrived, whatever its status; its body has a length (kNetwork otherwise: no other
  // kind of body is understood here). `kept`: of this server alone. Of `options`: connect_timeout, and
  // stall_timeout for every answer and further bytes.
  static Result<std::unique_ptr<LiveBody>> get(const std::string& url, const Headers& headers,
                                               const HttpOptions& options,
                                               std::shared_ptr<KeptConnections> kept);
  ~LiveBody() override;

  const ResponseHead& head() const { return head_; }
  uint64_t length() const { return length_; }
  // Blocks until the body has begun: only then is it worth promising to anybody.
  Result<void> await_first_bytes();

  Result<size_t> read(MutableBytes buffer) override;
  Bytes here() override;
  void take(size_t size) override;
  std::optional<Moved> move_to(int socket, uint64_t most) override;
  std::optional<Arrival> arrival() override;

 private:
  LiveBody(std::unique_ptr<RawConnection> connection, std::chrono::milliseconds patience,
           std::shared_ptr<KeptConnections> kept);
  Result<void> ask(const std::string& request);
  Result<void> read_head();
  RawConnection::Received receive(MutableBytes into);
  bool holds_in_pipe() const { return pipe_ && pipe_->held() > 0; }
  void note_bytes(size_t size);  // of the body, that left the connection
  Clock::time_point until() const;

  std::unique_ptr<RawConnection> connection_;
  std::chrono::milliseconds patience_;
  std::shared_ptr<KeptConnections> kept_;
  ResponseHead head_;
  uint64_t length_ = 0, received_ = 0;  // of the body
  bool persistent_ = false, failed_ = false;
  bool reusable_ = false;                           // the connection, once the body is received
  std::optional<Clock::time_point> waiting_since_;  // the time that the reader takes does not count
  // What waits here for the reader: first the buffer's, then the pipe's.
  std::unique_ptr<std::byte[]> buffer_;
  size_t begin_ = 0, end_ = 0;
  std::unique_ptr<SplicePipe> pipe_;  // made when first needed
  bool may_splice_;
  bool emptied_ = false;  // the connection had less than is worth waking for
};

}  // namespace tfhub::transfer
