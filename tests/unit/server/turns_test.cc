// One at a time, a few that wait, and the rest told at once.
#include "server/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tfhub::server {
namespace {

TEST(Turns, AreTakenOneAtATime) {
  Turns turns(8);
  std::atomic<int> inside = 0;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        const auto turn = turns.take();
        if (!turn) continue;
        EXPECT_EQ(++inside, 1);
        --inside;
        ++taken;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 8 * 200);  // no more than eight ever wait
}

TEST(Turns, AreRefusedWhenAsManyWaitAsMay) {
  Turns turns(1);
  auto first = turns.take();
  ASSERT_TRUE(first);
  std::atomic<int> refused = 0;
  std::atomic<int> served = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) threads.emplace_back([&] { ++(turns.take() ? served : refused); });
  while (refused < 4) std::this_thread::yield();  // of five, one may wait
  EXPECT_EQ(served, 0);
  first.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, 1);
  EXPECT_EQ(refused, 4);
}

TEST(Turns, PassOnWithTheirObject) {
  Turns turns(1);
  {
    auto first = turns.take();
    const Turns::Turn moved = std::move(*first);
  }
  EXPECT_TRUE(turns.take());
}

}  // namespace
}  // namespace tfhub::server
