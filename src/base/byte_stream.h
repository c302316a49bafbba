// Where bytes come from and where they go. Rooms that must not know each other (transfer and archive, archive
// and store) meet here.
#pragma once

#include <cstddef>
#include <cstdint>
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

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads at least one byte and at most buffer.size(); 0 only at the end. Blocks. An error is final.
  virtual Result<size_t> read(MutableBytes buffer) = 0;
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
