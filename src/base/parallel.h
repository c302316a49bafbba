// The same work on many things, several at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "tfhub/result.h"

namespace tfhub {

// Calls f(0) to f(count - 1), each once, at most `threads` at a time. After an error no other begins; the
// first one is given back. Who is told to stop (base/interruption.h) while he waits here, stops all of it.
Result<void> in_parallel(size_t count, unsigned threads, const std::function<Result<void>(size_t)>& f);

}  // namespace tfhub
