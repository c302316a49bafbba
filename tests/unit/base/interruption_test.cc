#include "base/interruption.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

namespace tfhub {
namespace {

TEST(Interruption, NothingIsInterruptedUnlessSomebodySaysSo) {
  EXPECT_FALSE(interrupted());
  EXPECT_TRUE(check_interrupted());
}

TEST(Interruption, AStopBelongsToOneScopeOfOneThread) {
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  {
    const StopScope scope(token);
    EXPECT_FALSE(interrupted());
    stop.request_stop();
    EXPECT_TRUE(interrupted());
    EXPECT_EQ(check_interrupted().error().code(), Code::kUnexpected);
    EXPECT_FALSE(std::async(std::launch::async, interrupted).get());
  }
  EXPECT_FALSE(interrupted());
}

TEST(Interruption, AnInnerScopeHidesTheOuterOneWhileItLives) {
  std::stop_source outer, inner;
  const std::stop_token outer_token = outer.get_token(), inner_token = inner.get_token();
  outer.request_stop();
  const StopScope scope(outer_token);
  {
    const StopScope nested(inner_token);
    EXPECT_FALSE(interrupted());
  }
  EXPECT_TRUE(interrupted());
}

TEST(Interruption, APauseEndsEarlyWhenItIsInterrupted) {
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const auto began = std::chrono::steady_clock::now();
  std::latch pausing(1);
  std::jthread stopper([&] {
    pausing.wait();
    stop.request_stop();
  });
  const StopScope scope(token);
  pausing.count_down();
  pause_for(std::chrono::hours(1));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes(1));
}

}  // namespace
}  // namespace tfhub
