#include "store/bucket/live_source.h"

#include <utility>

#include "base/error.h"

namespace tfhub::store {

LiveSource::LiveSource(std::unique_ptr<transfer::LiveBody> body, uint64_t first, ReadOn read_on)
    : body_(std::move(body)), next_(first), read_on_(std::move(read_on)) {}

Result<size_t> LiveSource::read(MutableBytes buffer) {
  if (body_) {
    auto got = body_->read(buffer);
    if (got) {
      next_ += *got;
      return got;
    }
    body_.reset();
    TFHUB_ASSIGN(rest_, read_on_(next_));
  }
  if (!rest_) return fail(Code::kNetwork, "the rest could not be read");
  return rest_->read(buffer);
}

Bytes LiveSource::here() {
  if (body_) return body_->here();
  return rest_ ? rest_->here() : Bytes();
}

void LiveSource::take(size_t size) {
  if (body_) {
    body_->take(size);
    next_ += size;
  } else if (rest_) {
    rest_->take(size);
  }
}

std::optional<Moved> LiveSource::move_to(int socket, uint64_t most) {
  if (!body_) return std::nullopt;
  const auto moved = body_->move_to(socket, most);
  if (moved) next_ += moved->bytes;
  return moved;
}

std::optional<Arrival> LiveSource::arrival() {
  return body_ ? body_->arrival() : std::nullopt;
}

}  // namespace tfhub::store
