// How the work of a function grows with its input, counted in the processor time of this thread: a busy
// machine changes neither side.
#pragma once

#include <ctime>
#include <functional>

namespace tfhub::testing {

inline double cpu_seconds(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double begin = now();
  work();
  return now() - begin;
}

// Eight times the input takes eight times the work, not the 64 of what looks at everything again for every
// piece. Far from either, so that caches and allocators may have their say; what takes no 50 ms cannot be
// told and need not be.
inline bool grows_linearly(const std::function<void(size_t size)>& work, size_t size) {
  const double small = cpu_seconds([&] { work(size); });
  const double large = cpu_seconds([&] { work(8 * size); });
  return large < 0.05 || large < 24 * small;
}

}  // namespace tfhub::testing
