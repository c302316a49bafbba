// publish() into a directory: what is accepted, what stands in the store afterwards, what a second publisher
// gets.
#include "base/digest.h"
#include "client/client_fixture.h"
#include "client/store_location.h"

namespace tfhub::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PublishTest : public ClientTest {
 protected:
  void SetUp() override {
    ClientTest::SetUp();
    ::setenv("TMPDIR", root_.c_str(), 1);
    options_.store = (root_ / "store").string();
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    ClientTest::TearDown();
  }
  std::string stored(const std::string& key) const { return read(root_ / "store" / key); }
  bool staging_is_empty() const {
    const auto staging = root_ / "store/.staging";
    return !std::filesystem::exists(staging) || std::filesystem::is_empty(staging);
  }

  PublishOptions options_;
};

// Text is no graph: it begins with the schema's version.
std::string graph_of(const std::string& content) {
  return "\x08\x01" + content;
}

TEST_F(PublishTest, ASavedModelStandsInTheBucketLayout) {
  const auto published = publish(model("m", graph_of("graph")), "acme/mul/1", options_);
  ASSERT_TRUE(published) << published.error().message();
  EXPECT_EQ(published->name, "acme/mul/1");
  EXPECT_EQ(published->kind, "saved_model_2");
  EXPECT_EQ(published->files, 2u);
  EXPECT_EQ(published->size, 12u);
  EXPECT_FALSE(published->already_there);
  EXPECT_EQ(stored("acme/mul/1/uncompressed/saved_model.pb"), graph_of("graph"));
  EXPECT_EQ(stored("acme/mul/1/uncompressed/assets/vocab.txt"), "a b c");
  const std::string archive = stored("acme/mul/1.tar.gz");
  EXPECT_EQ(archive.size(), published->archive_size);
  EXPECT_EQ(Sha256::of(as_bytes(archive)).hex(), published->archive_sha256);
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(PublishTest, TheSameBytesAgainAreFineAndOthersConflict) {
  ASSERT_TRUE(publish(model("m", graph_of("graph")), "acme/mul/1", options_));
  const auto again = publish(model("other_place", graph_of("graph")), "acme/mul/1", options_);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(again->already_there);

  const auto same_size = publish(model("n", graph_of("GRAPH")), "acme/mul/1", options_);
  EXPECT_EQ(same_size.error().code(), Code::kConflict);
  const auto other_size = publish(model("o", graph_of("another graph")), "acme/mul/1", options_);
  EXPECT_EQ(other_size.error().code(), Code::kConflict);
  EXPECT_THAT(other_size.error().message(), HasSubstr("next version"));
  EXPECT_EQ(stored("acme/mul/1/uncompressed/saved_model.pb"), graph_of("graph"));
  EXPECT_TRUE(staging_is_empty());
}

TEST_F(PublishTest, AnArchiveIsPublishedAsTheDirectoryInIt) {
  const auto directory = publish(model("m", graph_of("graph")), "acme/mul/1", options_);
  ASSERT_TRUE(directory);
  const auto archived = publish(write("m.tar.gz", archive(graph_of("graph"))), "acme/mul/1", options_);
  ASSERT_TRUE(archived) << archived.error().message();
  EXPECT_TRUE(archived->already_there);  // packing is deterministic
  for (const auto& entry : std::filesystem::directory_iterator(root_))
    EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("tfhub_unpacked")));
}

TEST_F(PublishTest, TfLiteIsItsOwnArchive) {
  const std::string bytes("\x1c\0\0\0TFL3 weights", 16);
  const auto published = publish(write("anything.tflite", bytes), "acme/lite-model/spice/2", options_);
  ASSERT_TRUE(published) << published.error().message();
  EXPECT_EQ(published->kind, "tflite");
  EXPECT_EQ(stored("acme/lite-model/spice/2.tflite"), bytes);
  EXPECT_FALSE(std::filesystem::exists(root_ / "store/acme/lite-model/spice/2/uncompressed"));
  const auto again = publish(write("renamed", bytes), "acme/lite-model/spice/2", options_);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(again->already_there);
  EXPECT_EQ(publish(write("x", bytes + "!"), "acme/lite-model/spice/2", options_).error().code(),
            Code::kConflict);
}

TEST_F(PublishTest, TfJsAndTf1Hub) {
  write("js/model.json", R"({"weightsManifest":[{"paths":["group1-shard1of1.bin"]}]})");
  const auto broken = publish((root_ / "js").string(), "acme/tfjs-model/web/1", options_);
  EXPECT_EQ(broken.error().code(), Code::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(root_ / "store"));
  write("js/group1-shard1of1.bin", "w");
  const auto js = publish((root_ / "js").string(), "acme/tfjs-model/web/1", options_);
  ASSERT_TRUE(js) << js.error().message();
  EXPECT_EQ(js->kind, "tfjs");
  EXPECT_EQ(stored("acme/tfjs-model/web/1/uncompressed/group1-shard1of1.bin"), "w");

  const std::string hub = model("hub", graph_of("graph"));
  write("hub/tfhub_module.pb", "\x08\x03");
  EXPECT_EQ(publish(hub, "acme/old/1", options_)->kind, "hub");
}

TEST_F(PublishTest, WhatResolveWouldRefuseIsRefused) {
  const std::string bad = model("bad", graph_of("graph"));
  std::filesystem::create_symlink("/etc/passwd", root_ / "bad/assets/link");
  const auto refused = publish(bad, "acme/bad/1", options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kUsage);
  EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("assets/link"), HasSubstr("--dereference")));

  EXPECT_EQ(publish((root_ / "nothing").string(), "acme/bad/1", options_).error().code(), Code::kNotFound);
  EXPECT_EQ(publish(model("m", graph_of("graph")), "acme/mul", options_).error().code(), Code::kUsage);
  write("wrapped/inner/saved_model.pb", graph_of("x"));
  StringSink sink;
  ASSERT_TRUE(archive::pack(archive::list_tree((root_ / "wrapped").string(), {}).value(), sink, {}));
  const auto wrapped = publish(write("w.tgz", sink.text), "acme/mul/1", options_);
  EXPECT_EQ(wrapped.error().code(), Code::kCorrupt);
  EXPECT_THAT(wrapped.error().message(), HasSubstr("tar -cz -C"));
}

TEST_F(PublishTest, ADocumentIsKeptWithTheVersion) {
  options_.document = write("doc.md", "# Module acme/mul/1\n");
  ASSERT_TRUE(publish(model("m", graph_of("graph")), "acme/mul/1", options_));
  EXPECT_EQ(stored(".documents/acme/mul/1.md"), "# Module acme/mul/1\n");
}

TEST_F(PublishTest, TheDefaultStore) {
  EXPECT_EQ(store_location("x"), "x");
  ::setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(store_location(""), "/data/tfhub");
  ::setenv("XDG_DATA_HOME", "relative", 1);
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  ::setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(store_location(""), "/home/ada/.local/share/tfhub");
  ::setenv("TFHUB_STORE", "/srv/hub", 1);
  EXPECT_EQ(store_location(""), "/srv/hub");
  ::unsetenv("XDG_DATA_HOME");
  ::setenv("HOME", home.c_str(), 1);
}

}  // namespace
}  // namespace tfhub::client
