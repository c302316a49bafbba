#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "base/interruption.h"

namespace tfhub {
namespace {

TEST(InParallel, EachIsCalledOnce) {
  for (const unsigned threads : {1U, 3U, 50U}) {
    std::vector<std::atomic<int>> calls(20);
    ASSERT_TRUE(in_parallel(calls.size(), threads, [&](size_t i) -> Result<void> {
      ++calls[i];
      return {};
    }));
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
  EXPECT_TRUE(in_parallel(0, 4, [](size_t) -> Result<void> { return fail(Code::kUnexpected, "never"); }));
}

TEST(InParallel, TheFirstErrorEndsIt) {
  std::atomic<size_t> calls = 0;
  const auto done = in_parallel(100'000, 2, [&](size_t i) -> Result<void> {
    ++calls;
    if (i == 7) return fail(Code::kCorrupt, "the seventh");
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "the seventh");
  EXPECT_GE(calls, 8U);
}

TEST(InParallel, WhoIsToldToStopStopsTheThreadsThatHelpHimToo) {
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const StopScope scope(token);
  stop.request_stop();
  std::atomic<int> heard{0};
  std::barrier together(4);  // on four threads
  ASSERT_TRUE(in_parallel(4, 4, [&](size_t) -> Result<void> {
    together.arrive_and_wait();
    if (interrupted()) ++heard;
    return {};
  }));
  EXPECT_EQ(heard, 4);
}

TEST(InParallel, AnExceptionIsAnError) {
  const auto done = in_parallel(3, 2, [](size_t) -> Result<void> { throw std::runtime_error("odd"); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), Code::kUnexpected);
}

}  // namespace
}  // namespace tfhub
