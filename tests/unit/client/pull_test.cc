// pull(): formats, names, and outputs that appear whole or not at all.
#include "base/digest.h"
#include "client/client_fixture.h"
#include "os/syscalls.h"

namespace tfhub::client {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kTfLite("\x1c\0\0\0TFL3 a model", 16);

// Hosts one model of each format.
class PullTest : public ClientTest {
 protected:
  PullTest()
      : server_([this](const ScriptedRequest& request) -> ScriptedResponse {
          const std::string query = request.target.substr(request.target.find('?') + 1);
          if (request.path() == "/acme/mul/1" && query == "tf-hub-format=compressed") return {200, {}, tf_};
          if (request.path() == "/acme/spice/2" && query == "lite-format=tflite") return {200, {}, kTfLite};
          if (request.path() == "/acme/web/3" && query == "tfjs-format=compressed") return {200, {}, tfjs_};
          if (request.path() == "/acme/portal/1") return {200, {}, "<html>log in</html>"};
          return {404,
                  {{"Content-Type", "application/problem+json"}},
                  R"({"detail":"it has lite-format=tflite"})"};
        }) {}
  void SetUp() override {
    ClientTest::SetUp();
    tf_ = archive("tf bytes");
    const std::string js = (root_ / "js").string();
    write("js/model.json", "{}");
    StringSink sink;
    ASSERT_TRUE(archive::pack(archive::list_tree(js, {}).value(), sink, {}));
    tfjs_ = sink.text;
  }
  std::string url(const std::string& path) const { return server_.url() + path; }
  std::vector<std::string> beside() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / "out"))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string tf_, tfjs_;
  ScriptedServer server_;
};

TEST_F(PullTest, TakesTheFormatThatTheHostHas) {
  const auto tf = pull(url("/acme/mul/1"));
  ASSERT_TRUE(tf) << tf.error().message();
  EXPECT_EQ(*tf, (root_ / "cache" / sha1_hex(url("/acme/mul/1"))).string());

  const auto lite = pull(url("/acme/spice/2"));
  ASSERT_TRUE(lite) << lite.error().message();
  EXPECT_EQ(
      *lite,
      (root_ / "cache" / sha1_hex(url("/acme/spice/2?lite-format=tflite")) / "spice_2.tflite").string());
  EXPECT_EQ(read(*lite), kTfLite);

  const auto js = pull(url("/acme/web/3"));
  ASSERT_TRUE(js) << js.error().message();
  EXPECT_EQ(read(*js + "/model.json"), "{}");

  // All of them are hits now: nobody is asked.
  server_.take_log();
  EXPECT_EQ(pull(url("/acme/mul/1")), *tf);
  EXPECT_EQ(pull(url("/acme/spice/2")), *lite);
  EXPECT_EQ(pull(url("/acme/web/3")), *js);
  ::setenv("TFHUB_OFFLINE", "1", 1);
  EXPECT_EQ(pull(url("/acme/none/1")).error().code(), Code::kOffline);
  EXPECT_THAT(server_.take_log(), IsEmpty());
}

TEST_F(PullTest, AFormatThatIsNotThereIsNotFoundInTheHostsWords) {
  PullOptions options;
  options.format = "tf";
  const auto wrong = pull(url("/acme/spice/2"), options);
  EXPECT_EQ(wrong.error().code(), Code::kNotFound);
  EXPECT_THAT(wrong.error().message(), HasSubstr("it has lite-format=tflite"));
  EXPECT_EQ(pull(url("/acme/none/1")).error().code(), Code::kNotFound);
  options.format = "onnx";
  EXPECT_EQ(pull(url("/acme/spice/2"), options).error().code(), Code::kUsage);
}

TEST_F(PullTest, WhatIsNoTfLiteModelIsRefused) {
  PullOptions options;
  options.format = "tflite";
  const auto page = pull(url("/acme/portal/1"), options);
  EXPECT_EQ(page.error().code(), Code::kCorrupt);
  EXPECT_THAT(page.error().message(), HasSubstr("<html>"));
  EXPECT_THAT(cache_names(), IsEmpty());
}

TEST_F(PullTest, ToAPathWithoutTouchingTheCache) {
  PullOptions options;
  options.output = (root_ / "out/deep/model").string();
  const auto path = pull(url("/acme/mul/1"), options);
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, options.output);
  EXPECT_EQ(read(*path + "/saved_model.pb"), "tf bytes");
  EXPECT_EQ(read(*path + "/assets/vocab.txt"), "a b c");
  EXPECT_FALSE(std::filesystem::exists(root_ / "cache"));

  options.output = (root_ / "out/x.tflite").string();
  ASSERT_TRUE(pull(url("/acme/spice/2"), options));
  EXPECT_EQ(read(options.output), kTfLite);
  EXPECT_THAT(beside(), ElementsAre("deep", "x.tflite"));
}

TEST_F(PullTest, FromTheCacheItIsACopy) {
  const auto cached = pull(url("/acme/mul/1"));
  ASSERT_TRUE(cached);
  server_.take_log();
  PullOptions options;
  options.output = (root_ / "out/model").string();
  ASSERT_TRUE(pull(url("/acme/mul/1"), options));
  EXPECT_THAT(server_.take_log(), IsEmpty());
  write("out/model/saved_model.pb", "changed");
  EXPECT_EQ(read(*cached + "/saved_model.pb"), "tf bytes");
}

TEST_F(PullTest, WhatIsThereStaysUnlessForced) {
  write("out/model/mine.txt", "precious");
  PullOptions options;
  options.output = (root_ / "out/model").string();
  const auto refused = pull(url("/acme/mul/1"), options);
  EXPECT_EQ(refused.error().code(), Code::kUsage);
  EXPECT_THAT(refused.error().message(), HasSubstr("--force"));
  EXPECT_EQ(read(root_ / "out/model/mine.txt"), "precious");

  options.force = true;
  // A failure leaves what was there, and nothing beside it.
  EXPECT_FALSE(pull(url("/acme/none/1"), options));
  EXPECT_EQ(read(root_ / "out/model/mine.txt"), "precious");
  EXPECT_THAT(beside(), ElementsAre("model"));

  ASSERT_TRUE(pull(url("/acme/mul/1"), options));
  EXPECT_FALSE(std::filesystem::exists(root_ / "out/model/mine.txt"));
  EXPECT_EQ(read(root_ / "out/model/saved_model.pb"), "tf bytes");
  EXPECT_THAT(beside(), ElementsAre("model"));

  // A file in a directory's place, and the other way round.
  ASSERT_TRUE(pull(url("/acme/spice/2"), options));
  EXPECT_EQ(read(root_ / "out/model"), kTfLite);
  ASSERT_TRUE(pull(url("/acme/mul/1"), options));
  EXPECT_EQ(read(root_ / "out/model/saved_model.pb"), "tf bytes");
  EXPECT_THAT(beside(), ElementsAre("model"));
}

// A volume, or a file, that is mounted there: it can be written, but no rename takes it away (rename(2),
// EBUSY).
TEST_F(PullTest, WhatIsMountedThereGetsTheContent) {
  const std::string output = (root_ / "out/mul").string();
  const std::string file = (root_ / "out/spice.tflite").string();
  os::Syscalls mounted = os::Syscalls::real();
  mounted.renameat2 = [&](int at, const char* from, int to_at, const char* to, unsigned flags) {
    for (const char* path : {from, to})
      if (path == output || path == file) return errno = EBUSY, -1;
    return os::Syscalls::real().renameat2(at, from, to_at, to, flags);
  };
  std::filesystem::create_directories(output);
  write("out/spice.tflite", "");
  const os::ScopedSyscalls scope(mounted);
  PullOptions options;
  options.output = output;
  ASSERT_EQ(pull(url("/acme/mul/1"), options), output);
  EXPECT_EQ(read(output + "/saved_model.pb"), "tf bytes");
  write("out/mul/more/of/it", "x");
  EXPECT_EQ(pull(url("/acme/mul/1"), options).error().code(), Code::kUsage);
  EXPECT_EQ(read(output + "/more/of/it"), "x");
  options.force = true;
  ASSERT_EQ(pull(url("/acme/mul/1"), options), output);
  EXPECT_FALSE(std::filesystem::exists(output + "/more"));
  EXPECT_EQ(read(output + "/saved_model.pb"), "tf bytes");

  options.output = file;
  for (const bool force : {false, true}) {
    options.force = force;
    const auto pulled = pull(url("/acme/spice/2"), options);
    ASSERT_TRUE(pulled) << pulled.error().message();
    EXPECT_EQ(read(file), kTfLite);
  }
  EXPECT_THAT(beside(), ElementsAre("mul", "spice.tflite"));
  for (const auto& entry : std::filesystem::directory_iterator(output))
    EXPECT_THAT(entry.path().filename(), Not(EndsWith(".tmp")));
}

TEST_F(PullTest, AParentThatMayNotBeWrittenIsLeftAlone) {
  const std::string output = (root_ / "out/mul").string();
  const std::string file = (root_ / "out/spice.tflite").string();
  std::filesystem::create_directories(output);
  write("out/spice.tflite", "old");
  os::Syscalls closed = os::Syscalls::real();
  const auto is_in_out = [&](const char* path) {
    return std::filesystem::path(path).parent_path() == root_ / "out";
  };
  closed.mkdirat = [&](int at, const char* path, mode_t mode) {
    return is_in_out(path) ? (errno = EACCES, -1) : ::mkdirat(at, path, mode);
  };
  closed.renameat2 = [&](int at, const char* from, int to_at, const char* to, unsigned flags) {
    if (is_in_out(from) || is_in_out(to)) return errno = EACCES, -1;
    return os::Syscalls::real().renameat2(at, from, to_at, to, flags);
  };
  const os::ScopedSyscalls scope(closed);
  PullOptions options;
  options.output = output;
  ASSERT_EQ(pull(url("/acme/mul/1"), options), output);
  EXPECT_EQ(read(output + "/saved_model.pb"), "tf bytes");
  options.output = file;
  options.force = true;
  const auto pulled = pull(url("/acme/spice/2"), options);
  ASSERT_TRUE(pulled) << pulled.error().message();
  EXPECT_EQ(read(file), kTfLite);
  EXPECT_THAT(beside(), ElementsAre("mul", "spice.tflite"));
  for (const auto& entry : std::filesystem::directory_iterator(output))
    EXPECT_THAT(entry.path().filename(), Not(EndsWith(".tmp")));
}

TEST_F(PullTest, EmptyThingsAreNotInTheWay) {
  std::filesystem::create_directories(root_ / "out/empty");
  PullOptions options;
  options.output = (root_ / "out/empty").string() + "/";
  ASSERT_TRUE(pull(url("/acme/mul/1"), options));
  EXPECT_EQ(read(root_ / "out/empty/saved_model.pb"), "tf bytes");

  std::filesystem::create_directories(root_ / "out/lite");
  options.output = (root_ / "out/lite").string();
  ASSERT_TRUE(pull(url("/acme/spice/2"), options));
  EXPECT_EQ(read(root_ / "out/lite"), kTfLite);

  // What a link points to is filled, the link stays.
  std::filesystem::create_directories(root_ / "out/target");
  std::filesystem::create_symlink("target", root_ / "out/link");
  options.output = (root_ / "out/link").string();
  ASSERT_TRUE(pull(url("/acme/mul/1"), options));
  EXPECT_TRUE(std::filesystem::is_symlink(root_ / "out/link"));
  EXPECT_EQ(read(root_ / "out/target/saved_model.pb"), "tf bytes");
}

TEST_F(PullTest, ADirectoryOnThisMachineIsCopied) {
  PullOptions options;
  options.output = (root_ / "out/copy").string();
  const std::string source = model("src", "local");
  ASSERT_TRUE(pull(source, options));
  EXPECT_EQ(read(root_ / "out/copy/saved_model.pb"), "local");
  EXPECT_EQ(pull(source), source);
}

}  // namespace
}  // namespace tfhub::client
