#include "cli/latency.h"

#include "base/error.h"

namespace tfhub::cli {
namespace {

TEST(Latency, PercentilesAreDurationsThatWereMeasured) {
  std::vector<double> seconds;
  for (int i = 200; i > 0; --i) seconds.push_back(i);
  const Latency latency = latency_of(seconds);
  EXPECT_EQ(latency.runs, 200u);
  EXPECT_EQ(latency.min, 1);
  EXPECT_EQ(latency.median, 100);
  EXPECT_EQ(latency.p90, 180);
  EXPECT_EQ(latency.p99, 198);
  EXPECT_DOUBLE_EQ(latency.throughput, 200 / 20100.0);
}

TEST(Latency, OneRunIsAllOfThem) {
  const Latency latency = latency_of({0.5});
  EXPECT_EQ(latency.min, 0.5);
  EXPECT_EQ(latency.p99, 0.5);
  EXPECT_EQ(latency.throughput, 2);
}

TEST(Latency, MeasureRunsSoOftenAndEndsWithTheFirstError) {
  size_t runs = 0;
  const auto measured = measure(7, [&]() -> Result<void> { return ++runs, Result<void>(); });
  ASSERT_TRUE(measured);
  EXPECT_EQ(runs, 7u);
  EXPECT_EQ(measured->runs, 7u);
  EXPECT_LE(measured->min, measured->median);
  runs = 0;
  const auto failed = measure(7, [&]() -> Result<void> {
    if (++runs == 3) return fail(Code::kUnexpected, "stop");
    return {};
  });
  EXPECT_EQ(failed.error().message(), "stop");
  EXPECT_EQ(runs, 3u);
}

}  // namespace
}  // namespace tfhub::cli
