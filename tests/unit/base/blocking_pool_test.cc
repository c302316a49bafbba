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
  std::latch held(3);      // three more run, six wait
  std::atomic<bool> ending{false};
  std::atomic<int> begun{0}, running{0};
  {
    BlockingPool pool(3);
    for (int i = 0; i < 12; ++i) {
      pool.submit([&, i] {
        ++begun;
        ++running;
        if (i < 3) together.arrive_and_wait();
        if (i >= 3 && i < 6) held.count_down();
        if (i >= 3) ending.wait(false);
        --running;
      });
    }
    held.wait();
    EXPECT_EQ(begun, 6);
    EXPECT_EQ(running, 3);
    ending = true;
    ending.notify_all();
  }
  EXPECT_EQ(running, 0);
}

TEST(Pool, SaysWhenTooMuchWaits) {
  std::latch begun(1), end(1);
  BlockingPool pool(1, 2);
  EXPECT_TRUE(pool.has_room());
  pool.submit([&] {
    begun.count_down();
    end.wait();
  });
  begun.wait();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(pool.has_room());
    pool.submit([] {});
  }
  EXPECT_FALSE(pool.has_room());
  end.count_down();
}

}  // namespace
}  // namespace tfhub
