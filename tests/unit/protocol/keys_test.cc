#include "protocol/keys.h"

namespace tfhub::protocol {
namespace {

TEST(Keys, FollowTheBucketLayout) {
  const auto id = VersionedName::parse("tensorflow/posenet/mobilenet/float/050/1");
  ASSERT_TRUE(id);
  EXPECT_EQ(archive_key(*id, Kind::kSavedModel), "tensorflow/posenet/mobilenet/float/050/1.tar.gz");
  EXPECT_EQ(archive_key(*id, Kind::kTf1Hub), "tensorflow/posenet/mobilenet/float/050/1.tar.gz");
  EXPECT_EQ(archive_key(*id, Kind::kTfJs), "tensorflow/posenet/mobilenet/float/050/1.tar.gz");
  EXPECT_EQ(archive_key(*id, Kind::kTfLite), "tensorflow/posenet/mobilenet/float/050/1.tflite");
  EXPECT_EQ(uncompressed_key(*id), "tensorflow/posenet/mobilenet/float/050/1/uncompressed");
  EXPECT_EQ(uncompressed_key(*id, "variables/variables.index"),
            "tensorflow/posenet/mobilenet/float/050/1/uncompressed/variables/variables.index");
}

TEST(Keys, ThoseOfVersionsAreTold) {
  const auto id = VersionedName::parse("acme/mul/1");
  ASSERT_TRUE(id);
  for (const std::string& key : {archive_key(*id, Kind::kTf1Hub), archive_key(*id, Kind::kTfLite),
                                 uncompressed_key(*id, ".hidden/file")})
    EXPECT_TRUE(is_version_key(key)) << key;
  for (const std::string& key :
       {document_key("acme/mul/1"), vocabulary_key("task"), entry_key("acme/mul/1"), staging_archive_key("t"),
        staging_uncompressed_key("t", "a"), std::string(kGenerationKey), std::string(kFormatKey)})
    EXPECT_FALSE(is_version_key(key)) << key;
}

TEST(Keys, OursBeginWithADot) {
  EXPECT_EQ(document_key("acme/mul/1"), ".documents/acme/mul/1.md");
  EXPECT_EQ(url_path_of_document(".documents/acme/mul/1.md"), "acme/mul/1");
  EXPECT_EQ(url_path_of_document(".documents/acme.md"), "acme");
  EXPECT_EQ(url_path_of_document(".documents/.tags/task.yaml"), "");
  EXPECT_EQ(url_path_of_document(".catalog/acme/mul/1.md"), "");
  EXPECT_EQ(vocabulary_key("task"), ".documents/.tags/task.yaml");
  EXPECT_EQ(staging_prefix("t"), ".staging/t");
  EXPECT_EQ(staging_archive_key("t"), ".staging/t/archive");
  EXPECT_EQ(staging_uncompressed_key("t"), ".staging/t/uncompressed");
  EXPECT_EQ(staging_uncompressed_key("t", "a/b"), ".staging/t/uncompressed/a/b");
  EXPECT_EQ(staging_owner_key("t"), ".staging/t/owner.json");
  EXPECT_EQ(staging_intent_key("t"), ".staging/t/intent.json");
  EXPECT_EQ(entry_key("acme/mul/1"), ".catalog/acme/mul/1/.entry.json");
}

}  // namespace
}  // namespace tfhub::protocol
