// Signed URLs of Azure's blobs. The signatures are computed by another program (Python's hmac); that a server
// takes them, and takes them for reading only, tests/stores/test_redirects.py shows.
#include "store/bucket/azure_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tfhub::store {
namespace {

using std::chrono::system_clock;

const system_clock::time_point kEnd = system_clock::from_time_t(1'800'000'000);
const BucketOptions kOptions = {{"container", "box"},
                                {"endpoint", "https://ours.blob.core.windows.net"},
                                {"account_name", "ours"},
                                {"account_key", "bm90IGEgc2VjcmV0"}};

BucketOptions with(const char* name, const char* value) {
  BucketOptions options = kOptions;
  for (auto& option : options)
    if (option.first == name) option.second = value;
  return options;
}

TEST(AzureSigner, SignsForReadingOneBlobUntilThen) {
  EXPECT_EQ(
      azure_signer(kOptions)->url_to_read("a b/1.tar.gz", kEnd),
      "https://ours.blob.core.windows.net/box/a%20b/1.tar.gz?sv=2020-12-06&sp=r&sr=b&se=2027-01-15T08:00:00Z"
      "&spr=https&sig=J3ot3WXUAmPtqyDqVOKL6hgwWEKZ6HAJk0QVVYaPeLM%3D");
}

TEST(AzureSigner, OfAPrivateCloudWithoutTlsAllowsThat) {
  EXPECT_EQ(azure_signer(with("endpoint", "http://127.0.0.1:1/ours"))->url_to_read("a b/1.tar.gz", kEnd),
            "http://127.0.0.1:1/ours/box/a%20b/1.tar.gz?sv=2020-12-06&sp=r&sr=b&se=2027-01-15T08:00:00Z"
            "&sig=9Ei7jilJ0RIvEL6bslBnO58O9ejXhDH7Migxpl2YAQY%3D");
}

TEST(AzureSigner, KnowsItsAccountByTheEndpoint) {
  EXPECT_EQ(azure_signer(with("account_name", ""))->account, "ours");
}

TEST(AzureSigner, NeedsTheAccountsKey) {
  EXPECT_FALSE(azure_signer({{"container", "box"}, {"sas_token", "sv=1&sig=abc"}}));
  EXPECT_FALSE(azure_signer(with("account_key", "")));
  EXPECT_FALSE(azure_signer(with("account_key", "not in base 64")));
}

}  // namespace
}  // namespace tfhub::store
