#include "client/in_place.h"

#include <gtest/gtest.h>

#include "client/scripted_server.h"

namespace tfhub::client {
namespace {

constexpr const char* kNewest = R"({"name":"acme/mul","version":3,"path":"","files":[]})";

TEST(InPlaceTest, AHandleBecomesThePathOfTheVersionThatItMeansNow) {
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedResponse{200, {}, kNewest}; });
  const auto path = in_place_path(server.url() + "/acme/mul?tf-hub-format=compressed#top");
  ASSERT_TRUE(path);
  EXPECT_EQ(*path, "hub." + server.url() + "/acme/mul/3");
  EXPECT_EQ(server.take_log(), std::vector<std::string>{"GET /api/v1/files/acme/mul"});
}

TEST(InPlaceTest, AHandleThatItsHostDoesNotHaveIsNotFound) {
  const ScriptedServer server([](const ScriptedRequest&) { return ScriptedResponse{404, {}, "no"}; });
  const auto path = in_place_path(server.url() + "/acme/mul/1");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNotFound);
}

TEST(InPlaceTest, OnlyAHandleOfAHostIsReadFromIt) {
  for (const char* handle : {"/models/mul", "gs://bucket/mul.tar.gz", "hub.http://h/acme/mul/1"})
    EXPECT_EQ(in_place_path(handle).error().code(), Code::kUsage) << handle;
}

}  // namespace
}  // namespace tfhub::client
