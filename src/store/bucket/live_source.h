// A large object's bytes, taken off the bucket's connection by the thread that sends them on. Whatever goes
// wrong there (refused, cut, silent, not understood), OpenDAL reads the rest, with its retries and its words.
#pragma once

#include <functional>
#include <memory>

#include "base/byte_stream.h"
#include "transfer/live_body.h"

namespace tfhub::store {

// Reads `range` from byte `first` on by other means.
using ReadOn = std::function<Result<std::unique_ptr<ByteSource>>(uint64_t first)>;

class LiveSource final : public ByteSource {
 public:
  // `body`: from byte `first` on.
  LiveSource(std::unique_ptr<transfer::LiveBody> body, uint64_t first, ReadOn read_on);

  Result<size_t> read(MutableBytes buffer) override;
  Bytes here() override;
  void take(size_t size) override;
  std::optional<Moved> move_to(int socket, uint64_t most) override;
  std::optional<Arrival> arrival() override;

 private:
  std::unique_ptr<transfer::LiveBody> body_;
  uint64_t next_;  // the byte that follows what was read
  ReadOn read_on_;
  std::unique_ptr<ByteSource> rest_;  // once `body_` has failed
};

}  // namespace tfhub::store
