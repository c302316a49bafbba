#include "protocol/name.h"

namespace tfhub::protocol {
namespace {

using ::testing::HasSubstr;

TEST(ModelName, TakesNamesOfTheRealCatalogue) {
  for (const std::string name :
       {"acme/mul", "tensorflow/posenet/mobilenet/float/050",
        "google/imagenet/mobilenet_v2_050_224/classification", "tfjs-model/spice/2/default",
        "google/aiy/vision/classifier/birds_V1", "deepmind/biggan-256",
        "google/nnlm-en-dim50-with-normalization", "0-1/2", "a/b.c", "a/uncompressed2", "a/x.tar.gz",
        "a/7.tar", "a/7.1.tar.gz", "api2/x"}) {
    const auto parsed = ModelName::parse(name);
    ASSERT_TRUE(parsed) << name << ": " << parsed.error().message();
    EXPECT_EQ(parsed->text(), name);
  }
}

TEST(ModelName, SplitsAtTheFirstSlash) {
  const auto name = ModelName::parse("tensorflow/posenet/mobilenet/float/050");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->publisher(), "tensorflow");
  EXPECT_EQ(name->model(), "posenet/mobilenet/float/050");
}

TEST(ModelName, RefusesWhatBreaksARule) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "publisher/model"},
      {"acme", "publisher/model"},
      {"/mul", "publisher/model"},
      {"acme/", "empty part"},
      {"acme//mul", "empty part"},
      {"acme/mul/", "empty part"},
      {"Acme/mul", "publisher"},
      {"ac.me/mul", "publisher"},
      {"ac_me/mul", "publisher"},
      {"acme/m ul", "letters, digits"},
      {"acme/m\\ul", "letters, digits"},
      {"acme/m\x01ul", "letters, digits"},
      {"acme/mül", "letters, digits"},
      {"acme/m%2ful", "letters, digits"},
      {"acme/..", "dot"},
      {"acme/./x", "dot"},
      {".catalog/x", "dot"},
      {"acme/.staging", "dot"},
      {"acme/uncompressed", "reserved"},
      {"acme/collection/x", "reserved"},
      {"acme/mul/1/uncompressed", "reserved"},
      {"acme/7.tar.gz", "archive"},
      {"acme/mul/7.tflite", "archive"},
      {"acme/mul/007.tflite/x", "archive"},
      {"s/mul", "page of the hub"},
      {"api/v1", "page of the hub"},
      {"healthz/x", "page of the hub"},
      {"readyz/x", "page of the hub"},
      {"metrics/x", "page of the hub"},
      {"static/x", "page of the hub"},
      {"acme/" + std::string(201, 'x'), "200 bytes"},
  };
  for (const auto& [name, rule] : cases) {
    const auto parsed = ModelName::parse(name);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code(), Code::kUsage) << name;
    EXPECT_THAT(parsed.error().message(), HasSubstr(rule)) << name;
  }
  EXPECT_FALSE(ModelName::parse(std::string_view("acme/m\0ul", 9)));
}

TEST(ModelName, IsBounded) {
  std::string deep = "a", longest = "a";
  for (int i = 0; i < 30; ++i) deep += "/b";
  while (longest.size() <= 900) longest += "/" + std::string(150, 'c');
  EXPECT_FALSE(ModelName::parse(deep));
  EXPECT_FALSE(ModelName::parse(longest));
  EXPECT_TRUE(ModelName::parse("acme/" + std::string(200, 'x')));
  // However long the input, the error is not.
  const auto refused = ModelName::parse(std::string(1 << 20, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_LT(refused.error().message().size(), 300u);
}

TEST(Version, IsAPositiveIntegerInItsOnlySpelling) {
  EXPECT_EQ(parse_version("1"), 1u);
  EXPECT_EQ(parse_version("9223372036854775807"), 9223372036854775807u);
  for (const std::string text :
       {"", "0", "01", "+1", "-1", "1 ", " 1", "1.0", "1e3", "0x1", "9223372036854775808",
        "18446744073709551616", "99999999999999999999", "one"}) {
    EXPECT_FALSE(parse_version(text)) << text;
  }
}

TEST(VersionedName, TakesTheLastSegmentAsVersion) {
  const auto id = VersionedName::parse("tensorflow/posenet/mobilenet/float/050/1");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->name.text(), "tensorflow/posenet/mobilenet/float/050");
  EXPECT_EQ(id->version, 1u);
  EXPECT_EQ(id->text(), "tensorflow/posenet/mobilenet/float/050/1");

  for (const std::string text :
       {"acme/1", "acme/mul", "acme/mul/01", "acme/mul/0", "1", "", "acme/mul/", "api/x/1"}) {
    const auto refused = VersionedName::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code(), Code::kUsage);
  }
}

TEST(VersionedName, OrdersByVersionNumber) {
  const auto two = VersionedName::parse("acme/mul/2"), ten = VersionedName::parse("acme/mul/10");
  ASSERT_TRUE(two && ten);
  EXPECT_LT(*two, *ten);
}

TEST(Kind, WordsGoBothWays) {
  for (const Kind kind : {Kind::kSavedModel, Kind::kTf1Hub, Kind::kTfLite, Kind::kTfJs}) {
    EXPECT_EQ(parse_kind(to_string(kind)), kind);
    EXPECT_FALSE(display_name(kind).empty());
  }
  EXPECT_EQ(to_string(Kind::kSavedModel), "saved_model_2");
  EXPECT_FALSE(parse_kind("SavedModel"));
  EXPECT_FALSE(parse_kind(""));
}

}  // namespace
}  // namespace tfhub::protocol
