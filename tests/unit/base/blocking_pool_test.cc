#include "base/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>

namespace tfhub {
namespace {

TEST(Pool, RunsWorkOnSeveralThreadsAndEndsWithWorkWaiting) {
  std::latch together(3);  // hangs unless three run at once
  std::atomic<int> running{0}, done{0};
  {
    BlockingPool pool(3);
    for (int i = 0; i < 12; ++i) {
      pool.submit([&, i] {
        ++running;
        if (i < 3) together.arrive_and_wait();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        --running;
        ++done;
      });
    }
    while (done < 4) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LE(done, 12);
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace tfhub
