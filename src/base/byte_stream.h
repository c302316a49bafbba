// Where bytes come from and where they go. Rooms that must not know each other (transfer and archive, archive
// and store) meet here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tfhub/result.h"

namespace tfhub {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Where further bytes will show, and how long they are worth waiting for there.
struct Arrival {
  int descriptor;  // readable when there may be more; the source's
  std::chrono::milliseconds patience;
};

// What came of giving a socket bytes without waiting.
struct Moved {
  enum class What : uint8_t { kMoved, kNothingHere, kFull, kFailed } what;  // kFull, kFailed: the socket's
  size_t bytes = 0;                                                         // where some moved
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads at least one byte and at most buffer.size(); 0 only at the end. Blocks. An error is final.
  virtual Result<size_t> read(MutableBytes buffer) = 0;

  // For who must not wait: what is here already, valid until the next call of another function. Nothing,
  // where only read() can tell whether more comes.
  virtual Bytes here() { return {}; }
  // Takes the first `size` bytes of here().
  virtual void take(size_t /*size*/) {}
  // For the same, where the kernel can move the bytes by itself: at most `most` of them from here to
  // `socket`, in place of here() and take(). Nothing: it cannot now, those are to be used.
  virtual std::optional<Moved> move_to(int /*socket*/, uint64_t /*most*/) { return std::nullopt; }
  // When nothing is here: what to wait for before looking again. Nothing, and after a wait in vain: read(),
  // which may close the descriptor. Until then it stays.
  virtual std::optional<Arrival> arrival() { return std::nullopt; }
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Takes all of `bytes` or fails; an error is final.
  virtual Result<void> write(Bytes bytes) = 0;
};

// Reads from memory that outlives it.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Bytes bytes) : rest_(bytes) {}
  Result<size_t> read(MutableBytes buffer) override;

 private:
  Bytes rest_;
};

}  // namespace tfhub
