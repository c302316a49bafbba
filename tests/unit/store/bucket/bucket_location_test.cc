// Which bucket a URL names, and with what it is opened.
#include "store/bucket/bucket_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace tfhub::store {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// The environment of one test, put back at its end.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> variables) {
    for (const auto& [name, value] : variables) {
      const char* const old = std::getenv(name.c_str());
      if (old != nullptr) before_[name] = old;
      names_.push_back(name);
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~Environment() {
    for (const std::string& name : names_) {
      const auto old = before_.find(name);
      if (old == before_.end())
        ::unsetenv(name.c_str());
      else
        ::setenv(name.c_str(), old->second.c_str(), 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::map<std::string, std::string> before_;
  std::vector<std::string> names_;
};

TEST(BucketLocation, HasABucketAndPerhapsAPrefix) {
  for (const auto& [text, bucket, prefix, url] :
       std::vector<std::array<std::string, 4>>{{"gs://models", "models", "", "gs://models"},
                                               {"gs://models/", "models", "", "gs://models"},
                                               {"S3://models/a/b//", "models", "a/b", "s3://models/a/b"},
                                               {"az://box/deep", "box", "deep", "az://box/deep"}}) {
    const auto location = parse_bucket_location(text);
    ASSERT_TRUE(location) << location.error().message();
    EXPECT_EQ(location->bucket, bucket);
    EXPECT_EQ(location->prefix, prefix);
    EXPECT_EQ(location->url(), url);
  }
}

TEST(BucketLocation, WhatNamesNoBucketIsRefused) {
  for (const char* text : {"gs://", "gs:///x", "gs://a?b", "s3://key:secret@bucket/x", "gs://a//b",
                           "gs://a/../b", "gs://a/./b", "gs://a b"}) {
    const auto location = parse_bucket_location(text);
    ASSERT_FALSE(location) << text;
    EXPECT_EQ(location.error().code(), Code::kUsage);
    EXPECT_THAT(location.error().message(), ::testing::Not(HasSubstr("secret")));
  }
}

TEST(BucketOptions, ComeFromWhereEachCloudsUsersExpectThem) {
  const Environment environment({{"TFHUB_GCS_ENDPOINT", "http://127.0.0.1:1/"},
                                 {"TFHUB_GCS_ANONYMOUS", "1"},
                                 {"TFHUB_S3_ENDPOINT", "http://127.0.0.1:2"},
                                 {"AWS_REGION", "eu-central-1"},
                                 {"AWS_EC2_METADATA_DISABLED", "true"},
                                 {"AZURE_STORAGE_ENDPOINT", ""},
                                 {"AZURE_STORAGE_ACCOUNT_NAME", "ours"},
                                 {"AZURE_STORAGE_ACCOUNT_KEY", "key"}});
  const auto options = [](const char* location) { return *bucket_options(*parse_bucket_location(location)); };
  EXPECT_THAT(options("gs://b/p"), Contains(Pair("root", "/p")));
  EXPECT_THAT(options("gs://b/p"), Contains(Pair("endpoint", "http://127.0.0.1:1")));
  EXPECT_THAT(options("gs://b/p"), Contains(Pair("skip_signature", "true")));
  EXPECT_THAT(options("gs://b/p"), Contains(Pair("disable_vm_metadata", "true")));
  EXPECT_THAT(options("s3://b"), Contains(Pair("bucket", "b")));
  EXPECT_THAT(options("s3://b"), Contains(Pair("endpoint", "http://127.0.0.1:2")));
  EXPECT_THAT(options("s3://b"), Contains(Pair("region", "eu-central-1")));
  EXPECT_THAT(options("s3://b"), Contains(Pair("disable_ec2_metadata", "true")));
  EXPECT_THAT(options("az://c"), Contains(Pair("container", "c")));
  EXPECT_THAT(options("az://c"), Contains(Pair("endpoint", "https://ours.blob.core.windows.net")));
  EXPECT_THAT(options("az://c"), Contains(Pair("account_key", "key")));
}

TEST(BucketOptions, AnAzureContainerNeedsItsAccount) {
  const Environment environment(
      {{"AZURE_STORAGE_ACCOUNT_NAME", ""}, {"AZURE_STORAGE_ACCOUNT", ""}, {"AZURE_STORAGE_ENDPOINT", ""}});
  const auto options = bucket_options(*parse_bucket_location("az://c"));
  ASSERT_FALSE(options);
  EXPECT_THAT(options.error().message(), HasSubstr("AZURE_STORAGE_ACCOUNT_NAME"));
}

}  // namespace
}  // namespace tfhub::store
