// inspect() of paths, archives and handles.
#include "client/client_fixture.h"

namespace tfhub::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A SavedModel with one graph, tagged "serve", and nothing in it.
const std::string kGraph("\x08\x01\x12\x09\x0a\x07\x22\x05serve", 13);

TEST_F(ClientTest, InspectTakesADirectoryAndItsArchive) {
  const std::string directory = model("model", kGraph);
  for (const std::string& path : {directory, "file://" + directory, write("model.tar.gz", archive(kGraph))}) {
    const auto text = inspect(path);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_THAT(*text, AllOf(HasSubstr("\"kind\": \"saved_model\""), HasSubstr("\"serve\"")));
  }
  EXPECT_TRUE(cache_names().empty());
}

TEST_F(ClientTest, InspectPullsAHandleIntoTheCache) {
  const std::string bytes = archive(kGraph);
  ScriptedServer server([&](const ScriptedRequest&) { return ScriptedResponse{200, {}, bytes}; });
  const std::string handle = server.url() + "/acme/mul/1";
  const auto text = inspect(handle);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_THAT(*text, HasSubstr("\"serve\""));
  ::setenv("TFHUB_OFFLINE", "1", 1);
  EXPECT_EQ(inspect(handle).value(), *text);
}

TEST_F(ClientTest, InspectSaysWhatIsWrong) {
  EXPECT_EQ(inspect((root_ / "none").string()).error().code(), Code::kNotFound);
  EXPECT_EQ(inspect("gs://").error().code(), Code::kUsage);
  EXPECT_EQ(
      inspect(model("model", kGraph), {.cache_dir = {}, .format = "tflite", .progress = {}}).error().code(),
      Code::kUsage);
  const auto damaged = inspect(model("damaged", "not a graph"));
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), Code::kCorrupt);
  EXPECT_THAT(damaged.error().message(), HasSubstr("saved_model.pb"));
}

}  // namespace
}  // namespace tfhub::client
