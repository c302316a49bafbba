// What is recognised, what is refused, and that the refusal names the file.
#include "savedmodel/check.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "savedmodel/table_writer.h"
#include "savedmodel/variables.h"
#include "testing/temp_dir.h"

namespace tfhub::savedmodel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class CheckTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::string_view text = "x") {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string model() const { return (root_ / "model").string(); }

  tfhub::testing::TempDir directory_;
  const fs::path root_{directory_.path()};
};

TEST_F(CheckTest, RecognisesEveryForm) {
  write("model/saved_model.pb");
  EXPECT_EQ(recognise(model()), Form::kSavedModel);
  write("model/tfhub_module.pb");
  EXPECT_EQ(recognise(model()), Form::kTf1Hub);
  write("text/saved_model.pbtxt");
  EXPECT_EQ(recognise((root_ / "text").string()), Form::kSavedModel);
  write("js/model.json", "{}");
  EXPECT_EQ(recognise((root_ / "js").string()), Form::kTfJs);
  EXPECT_EQ(recognise(write("a.tflite", std::string("\x1c\0\0\0TFL3rest", 12))), Form::kTfLiteFile);
  EXPECT_EQ(recognise(write("a.tar.gz", "\x1f\x8b\x08")), Form::kArchiveFile);
  EXPECT_EQ(recognise(write("a.tar.bz2", "BZh91AY")), Form::kArchiveFile);
  EXPECT_EQ(recognise(write("a.tar.xz", std::string_view("\xfd"
                                                         "7zXZ\0\0",
                                                         7))),
            Form::kArchiveFile);
}

TEST_F(CheckTest, RecognisesATarWithoutMagicByItsChecksum) {
  std::string header(512, '\0');
  header.replace(0, 5, "a.txt");
  unsigned sum = 8 * ' ';
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char field[8];
  std::snprintf(field, sizeof field, "%06o", sum);
  header.replace(148, 7, field, 7);
  EXPECT_EQ(recognise(write("old.tar", header)), Form::kArchiveFile);
  header[0] = 'b';
  EXPECT_EQ(recognise(write("old.tar", header)).error().code(), Code::kCorrupt);
}

TEST_F(CheckTest, SaysWhatItFoundInstead) {
  EXPECT_EQ(recognise(model()).error().code(), Code::kNotFound);

  fs::create_directories(model());
  EXPECT_THAT(recognise(model()).error().message(), HasSubstr("empty directory"));

  write("model/inner/saved_model.pb");
  const auto nested = recognise(model());
  EXPECT_EQ(nested.error().code(), Code::kCorrupt);
  EXPECT_THAT(nested.error().message(), HasSubstr("inner inside it"));

  EXPECT_THAT(
      recognise(write("other/notes.txt").substr(0, (root_ / "other").string().size())).error().message(),
      HasSubstr("it holds notes.txt"));
  EXPECT_THAT(recognise(write("x.tflite", "<html>login</html>")).error().message(), HasSubstr("TFL3"));
  EXPECT_THAT(recognise(write("page", "<html>login</html>")).error().message(), HasSubstr("<html>"));
  EXPECT_THAT(recognise(write("model.json", "{}")).error().message(), HasSubstr("directory that holds it"));
  write("hub/tfhub_module.pb");
  EXPECT_THAT(recognise((root_ / "hub").string()).error().message(), HasSubstr("no saved_model.pb"));
}

TEST_F(CheckTest, VariablesMustBeWhole) {
  write("model/saved_model.pb");
  EXPECT_TRUE(check(model(), Form::kSavedModel));  // no variables at all
  fs::create_directories(root_ / "model/variables");
  EXPECT_TRUE(check(model(), Form::kSavedModel));

  write("model/variables/variables.data-00000-of-00002");
  EXPECT_THAT(check(model(), Form::kSavedModel).error().message(), HasSubstr("no variables.index"));
  write("model/variables/variables.index");
  const auto missing = check(model(), Form::kSavedModel);
  EXPECT_EQ(missing.error().code(), Code::kCorrupt);
  EXPECT_THAT(missing.error().message(),
              AllOf(HasSubstr("variables.data-00001-of-00002"), HasSubstr("1 of 2")));
  write("model/variables/variables.data-00001-of-00002");
  EXPECT_TRUE(check(model(), Form::kTf1Hub));

  write("model/variables/variables.data-00000-of-00001");  // a second, whole set is left alone
  EXPECT_TRUE(check(model(), Form::kSavedModel));
  write("model/variables/variables.data-00007-of-00003");
  EXPECT_THAT(check(model(), Form::kSavedModel).error().message(), HasSubstr("no shard 7 of 3"));
}

TEST_F(CheckTest, ShardsHoldWhatTheIndexSaysOfThem) {
  using namespace testing;  // NOLINT: the writers
  write("model/saved_model.pb");
  const auto two_shards = number(1, 2) + text(3, number(1, 1));
  const auto at = [](uint64_t offset) { return number(4, offset); };
  write("model/variables/variables.index",
        table({{{"", two_shards},
                {std::string("\0slice", 6), bundle_entry(1, {2}, 8, 1) + at(4)},
                {"bias", bundle_entry(1, {4}, 16)},
                {"kernel", bundle_entry(1, {3, 4}, 48) + at(16)}}}));
  const std::string first = "model/variables/variables.data-00000-of-00002";
  const std::string second = "model/variables/variables.data-00001-of-00002";
  write(first, std::string(64, 'w'));
  write(second, std::string(12, 'w'));
  EXPECT_TRUE(check(model(), Form::kSavedModel));

  const auto refusal = [&] {
    const auto checked = check(model(), Form::kSavedModel);
    return checked ? std::string("(taken)") : std::string(checked.error().message());
  };
  write(first, std::string(63, 'w'));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("variables.data-00000-of-00002"), HasSubstr("has 63 bytes"),
                               HasSubstr("'kernel' ends at byte 64")));
  write(first, std::string(64, 'w'));
  write(second, std::string(3, 'w'));
  EXPECT_THAT(refusal(), HasSubstr("has 3 bytes"));
  fs::remove(root_ / first);
  fs::remove(root_ / second);

  // Another model's shard under this index.
  write("model/variables/variables.data-00000-of-00001", std::string(64, 'w'));
  EXPECT_THAT(refusal(), HasSubstr("lies in shard 1"));
  write("model/variables/variables.index", table({{{"", two_shards}, {"bias", bundle_entry(1, {4}, 16)}}}));
  EXPECT_THAT(refusal(), HasSubstr("speaks of 2"));
  // What we cannot read TensorFlow may.
  write("model/variables/variables.index", std::string(100, 'x'));
  EXPECT_EQ(refusal(), "(taken)");
}

TEST_F(CheckTest, AnIndexAloneIsBroken) {
  write("model/variables/variables.index");
  EXPECT_THAT(check(model(), Form::kSavedModel).error().message(),
              HasSubstr("not one of the variables.data"));
}

TEST_F(CheckTest, TfJsNamesItsShards) {
  write("js/model.json",
        R"({"weightsManifest":[{"paths":["group1-shard1of2.bin","group1-shard2of2.bin"],"weights":[]}]})");
  write("js/group1-shard1of2.bin");
  const std::string js = (root_ / "js").string();
  EXPECT_THAT(check(js, Form::kTfJs).error().message(), HasSubstr("group1-shard2of2.bin"));
  write("js/group1-shard2of2.bin");
  EXPECT_TRUE(check(js, Form::kTfJs));

  write("js/model.json", R"({"modelTopology":{}})");
  EXPECT_TRUE(check(js, Form::kTfJs));
  for (const char* bad :
       {"[1]", "{", R"({"weightsManifest":{}})", R"({"weightsManifest":[{}]})",
        R"({"weightsManifest":[{"paths":[1]}]})", R"({"weightsManifest":[{"paths":["../a"]}]})",
        R"({"weightsManifest":[{"paths":["/etc/passwd"]}]})"}) {
    write("js/model.json", bad);
    const auto result = check(js, Form::kTfJs);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code(), Code::kCorrupt) << bad;
  }
}

TEST(ShardName, IsExact) {
  const auto shard = parse_shard_name("variables.data-00003-of-00010");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->index, 3u);
  EXPECT_EQ(shard->count, 10u);
  EXPECT_TRUE(parse_shard_name("variables.data-100000-of-123456"));
  for (const char* bad :
       {"variables.index", "variables.data-3-of-10", "variables.data-00003-of-", "x.data-00003-of-00010",
        "variables.data-00003-of-00010.tmp", "variables.data-0000x-of-00010"})
    EXPECT_FALSE(parse_shard_name(bad)) << bad;
}

// A version never changes: what is certainly no model must not spend one.
TEST_F(CheckTest, WhatOnlyBearsTheNamesOfAModelIsRefusedByItsOwnName) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 21840\n";
  const auto refused = [&] { return check(model(), Form::kSavedModel).error().message(); };
  for (const auto& [content, words] :
       {std::pair(pointer, "Git LFS"), std::pair(std::string(), "empty file"),
        std::pair(std::string("<html>Sign in</html>"), "is text, beginning with '<html>"),
        std::pair(std::string("node { name: \"x\" }\n"), "is text")}) {
    write("model/saved_model.pb", content);
    EXPECT_EQ(check(model(), Form::kSavedModel).error().code(), Code::kCorrupt);
    EXPECT_THAT(refused(), HasSubstr(words));
  }
  write("model/saved_model.pb", std::string("\x7a\x03new\x08\x01", 7));  // a field that nobody knows yet
  EXPECT_TRUE(check(model(), Form::kSavedModel));
  for (const char* other : {"model/variables/variables.index", "model/assets/vocab.txt"}) {
    write(other, pointer);
    EXPECT_THAT(refused(), HasSubstr("Git LFS")) << other;
    fs::remove(root_ / other);
  }
  using namespace std::string_literals;
  for (const auto& [content, words] :
       {std::pair("PK\x03\x04xxxx"s, "model.export("), std::pair("\x89HDF\r\n\x1a\n"s, "HDF5"),
        std::pair("\x28\xb5\x2f\xfdxx"s, "zstd"), std::pair(pointer, "Git LFS")}) {
    const auto form = recognise(write("given", content));
    ASSERT_FALSE(form);
    EXPECT_THAT(form.error().message(), HasSubstr(words));
  }
}

}  // namespace
}  // namespace tfhub::savedmodel
