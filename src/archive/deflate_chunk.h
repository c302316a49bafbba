// One chunk of a stream as deflate blocks that depend on no other chunk and end at a byte: what parallel
// packing is made of.
#pragma once

#include <cstddef>
#include <memory>

#include "base/byte_stream.h"

namespace tfhub::archive {

// The same chunk gives the same bytes on every x86-64 processor with SSE 4.2 (2008 and later): ISA-L's AVX,
// AVX2 and AVX-512 variants take the same steps, only wider. Its variant for older processors hashes
// differently and finds other matches (the bytes are as valid, but not these). Tried on AVX-512 and on
// emulated Nehalem, SandyBridge and Haswell; a unit test holds the bytes, and so notices an ISA-L that packs
// differently.
class ChunkDeflater {
 public:
  ChunkDeflater();
  ~ChunkDeflater();
  ChunkDeflater(ChunkDeflater&&) noexcept;
  ChunkDeflater& operator=(ChunkDeflater&&) noexcept;

  // The most bytes that `size` bytes become.
  static size_t bound(size_t size);
  // `out` has room for bound(in.size()); the number of bytes put there. No byte of the result stands for more
  // than kMaxRatio bytes of the chunk.
  size_t deflate(Bytes in, MutableBytes out);

  // Half of what unpacking allows (TFHUB_MAX_EXPANSION): a model of zeros would deflate 1000:1 and then be
  // refused by those who fetch it.
  static constexpr size_t kMaxRatio = 100;

 private:
  size_t compress(Bytes in, MutableBytes out);  // 0: does not fit
  struct Workspace;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace tfhub::archive
