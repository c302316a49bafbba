#include "hubfs/location.h"

#include <gtest/gtest.h>

#include "testing/scoped_env.h"

namespace tfhub::hubfs {
namespace {

using tfhub::testing::ScopedEnv;

TEST(LocationTest, APathHasOneSpelling) {
  EXPECT_EQ(normal_path("hub.http://h:1/acme//mul/./1/"), "hub.http://h:1/acme/mul/1");
  EXPECT_EQ(normal_path("hub.http://h/acme/mul/1/variables/../saved_model.pb"),
            "hub.http://h/acme/mul/1/saved_model.pb");
  EXPECT_EQ(normal_path("hub.http://h/../../x"), "hub.http://h/x");
  EXPECT_EQ(normal_path("hub.http://h/"), "hub.http://h");
  EXPECT_EQ(normal_path("hub.http://h"), "hub.http://h");
}

TEST(LocationTest, APathNamesAHostAndWhatIsThere) {
  const auto location = Location::parse("hub.https://hub.example.org:8080/acme/mul/1/assets/a b?c#d");
  ASSERT_TRUE(location);
  EXPECT_EQ(location->origin, "https://hub.example.org:8080");
  EXPECT_EQ(location->path, "acme/mul/1/assets/a b?c#d");
}

TEST(LocationTest, WhatIsNoPathInAHubIsRefused) {
  for (const char* text : {"http://h/acme/mul/1", "hub.ftp://h/acme", "hub.http:///acme", "hub.http", ""}) {
    const auto location = Location::parse(text);
    ASSERT_FALSE(location) << text;
    EXPECT_EQ(location.error().code(), Code::kUsage);
  }
}

TEST(LocationTest, AMirrorIsReadInsteadOfTheOrigin) {
  const ScopedEnv mirrors("TFHUB_MIRRORS", "https://tfhub.dev=http://127.0.0.1:8080");
  const auto location = Location::parse("hub.https://tfhub.dev/google/x/1");
  ASSERT_TRUE(location);
  EXPECT_EQ(location->origin, "http://127.0.0.1:8080");
  EXPECT_EQ(location->path, "google/x/1");
}

}  // namespace
}  // namespace tfhub::hubfs
