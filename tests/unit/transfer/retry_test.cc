// How often which failure is tried again.
#include "transfer/retry.h"

#include <gtest/gtest.h>

#include "transfer/quick.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kUrl = "http://hub.example/m";

// The tries of a transfer that fails each time.
int tries_with(const Failure& failure, int retries) {
  RetryBudget budget(retries, quick(), {});
  while (budget.try_again(failure)) {
  }
  return budget.tries();
}

TEST(RetryBudget, TriesAgainAsOftenAsItIsTold) {
  const Failure refused = curl_failure({.code = CURLE_COULDNT_CONNECT, .url = kUrl});
  for (const int retries : {0, 1, 2, 3, 10}) EXPECT_EQ(tries_with(refused, retries), 1 + retries);
}

// Most likely it is misspelt.
TEST(RetryBudget, TriesANameThatIsNotKnownAgainTwiceAtMost) {
  for (const CURLcode code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY}) {
    const Failure unknown = curl_failure({.code = code, .url = kUrl, .proxy = "http://proxy.example:3128"});
    EXPECT_THAT(unknown.error(1).message(), HasSubstr("is not known"));
    EXPECT_EQ(tries_with(unknown, 0), 1);
    EXPECT_EQ(tries_with(unknown, 1), 2);
    for (const int retries : {2, 3, 10, 100}) EXPECT_EQ(tries_with(unknown, retries), 3);
  }
}

TEST(RetryBudget, TriesNothingAgainThatCannotChange) {
  const Failure untrusted = curl_failure({.code = CURLE_PEER_FAILED_VERIFICATION, .url = kUrl});
  EXPECT_EQ(tries_with(untrusted, 100), 1);
}

// What has arrived counts: the tries begin anew.
TEST(RetryBudget, CountsTheTriesSinceTheLastProgress) {
  const Failure refused = curl_failure({.code = CURLE_COULDNT_CONNECT, .url = kUrl});
  RetryBudget budget(2, quick(), {});
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(budget.try_again(refused));
    EXPECT_TRUE(budget.try_again(refused));
    EXPECT_EQ(budget.tries(), 3);
    budget.progressed(1);
    EXPECT_EQ(budget.tries(), 1);
  }
}

}  // namespace
}  // namespace tfhub::transfer::test
