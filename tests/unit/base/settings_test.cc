#include "base/settings.h"

#include <cstdlib>

namespace tfhub {
namespace {

using namespace std::chrono_literals;

class SettingsTest : public ::testing::Test {
 protected:
  ~SettingsTest() override {
    for (const Setting* setting : settings::all()) ::unsetenv(std::string(setting->environment).c_str());
  }
};

TEST_F(SettingsTest, EmptyMeansUnset) {
  ::setenv("TFHUB_LISTEN", "", 1);
  EXPECT_EQ(get(settings::kListen), "127.0.0.1:8080");
  ::setenv("TFHUB_LISTEN", "0.0.0.0:80", 1);
  EXPECT_EQ(get(settings::kListen), "0.0.0.0:80");
}

TEST_F(SettingsTest, EveryFallbackParses) {
  EXPECT_EQ(*get_size(settings::kMaxModelSize), uint64_t{50} << 30);
  EXPECT_EQ(*get_size(settings::kMaxModelFiles), 100'000u);
  EXPECT_EQ(*get_seconds(settings::kLockTimeout), 600s);
  EXPECT_EQ(*get_seconds(settings::kRevalidateTimeout), 2s);
  EXPECT_EQ(*get_timeout(settings::kHeaderTimeout), 10s);
  EXPECT_EQ(*get_bool(settings::kOffline), false);
}

TEST_F(SettingsTest, NonsenseIsAUsageErrorThatNamesTheVariable) {
  ::setenv("TFHUB_LOCK_TIMEOUT", "soon", 1);
  const auto seconds = get_seconds(settings::kLockTimeout);
  ASSERT_FALSE(seconds);
  EXPECT_EQ(seconds.error().code(), Code::kUsage);
  EXPECT_THAT(seconds.error().message(), ::testing::HasSubstr("TFHUB_LOCK_TIMEOUT"));
  ::setenv("TFHUB_MAX_MODEL_SIZE", "-5", 1);
  EXPECT_FALSE(get_size(settings::kMaxModelSize));
  ::setenv("TFHUB_OFFLINE", "maybe", 1);
  EXPECT_FALSE(get_bool(settings::kOffline));
}

TEST_F(SettingsTest, ATimeoutOfNothingIsAUsageError) {
  ::setenv("TFHUB_STORE_TIMEOUT", "0", 1);
  const auto timeout = get_timeout(settings::kStoreTimeout);
  ASSERT_FALSE(timeout);
  EXPECT_EQ(timeout.error().code(), Code::kUsage);
  EXPECT_THAT(timeout.error().message(), ::testing::HasSubstr("TFHUB_STORE_TIMEOUT"));
  ::setenv("TFHUB_STORE_TIMEOUT", "0.5", 1);
  EXPECT_EQ(*get_timeout(settings::kStoreTimeout), 500ms);
}

TEST_F(SettingsTest, EveryVariableIsListedOnce) {
  std::vector<std::string_view> names;
  for (const Setting* setting : settings::all()) names.push_back(setting->environment);
  EXPECT_THAT(names, ::testing::Each(::testing::StartsWith("TFHUB_")));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace tfhub
