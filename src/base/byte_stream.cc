#include "base/byte_stream.h"

#include <algorithm>

namespace tfhub {

Result<size_t> MemorySource::read(MutableBytes buffer) {
  const size_t n = std::min(buffer.size(), rest_.size());
  std::copy_n(rest_.begin(), n, buffer.begin());
  rest_ = rest_.subspan(n);
  return n;
}

}  // namespace tfhub
