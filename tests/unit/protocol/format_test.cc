#include "protocol/format.h"

namespace tfhub::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Format> asked(std::string_view query) {
  const auto request = requested_format(query);
  return request ? request->accepted : std::vector<Format>{};
}

TEST(RequestedFormat, KnowsEveryQueryOfTheProtocol) {
  for (const Format format : {Format::kCompressed, Format::kUncompressed, Format::kFile, Format::kTfLite,
                              Format::kTfJsCompressed, Format::kTfJsFile}) {
    EXPECT_THAT(asked(query_of(format)), ElementsAre(format)) << query_of(format);
  }
  EXPECT_EQ(query_of(Format::kCompressed), "tf-hub-format=compressed");
  EXPECT_EQ(query_of(Format::kTfJsFile), "tfjs-format=file");
}

TEST(RequestedFormat, IsNothingWithoutAParameter) {
  EXPECT_FALSE(requested_format(""));
  EXPECT_FALSE(requested_format("q=mobilenet&format=tflite"));
  EXPECT_FALSE(requested_format("TF-HUB-FORMAT=compressed"));
}

TEST(RequestedFormat, TheLastValueWins) {
  EXPECT_THAT(asked("tf-hub-format=uncompressed&tf-hub-format=compressed"), ElementsAre(Format::kCompressed));
  EXPECT_THAT(asked("tf-hub-format=compressed&a=b&tf-hub-format=uncompressed&x=y"),
              ElementsAre(Format::kUncompressed));
  EXPECT_THAT(asked("lite-format=tflite&tf-hub-format=compressed"), ElementsAre(Format::kCompressed));
  EXPECT_THAT(asked("tf-hub-format=compressed&lite-format=tflite"), ElementsAre(Format::kTfLite));
}

TEST(RequestedFormat, TakesAListInOrder) {
  EXPECT_THAT(asked("tf-hub-format=compressed,uncompressed"),
              ElementsAre(Format::kCompressed, Format::kUncompressed));
  EXPECT_THAT(asked("tf-hub-format=uncompressed%2C+compressed"),
              ElementsAre(Format::kUncompressed, Format::kCompressed));
  EXPECT_THAT(asked("tf-hub-format=zip,compressed"), ElementsAre(Format::kCompressed));
  std::string many = "tf-hub-format=compressed";
  for (int i = 0; i < 1000; ++i) many += ",compressed";
  EXPECT_THAT(asked(many), ElementsAre(Format::kCompressed));
}

TEST(RequestedFormat, KeepsWhatItDoesNotKnowForTheErrorText) {
  const auto request = requested_format("a=1&tf-hub-format=zip");
  ASSERT_TRUE(request);
  EXPECT_THAT(request->accepted, IsEmpty());
  EXPECT_EQ(request->parameter, "tf-hub-format");
  EXPECT_EQ(request->value, "zip");
  EXPECT_THAT(requested_format("tf-hub-format=")->accepted, IsEmpty());
  EXPECT_THAT(requested_format("tf-hub-format")->accepted, IsEmpty());
  // One parameter's value under another's name is nothing.
  EXPECT_THAT(requested_format("lite-format=compressed")->accepted, IsEmpty());
}

TEST(Formats, BelongToKinds) {
  EXPECT_TRUE(has_format(Kind::kSavedModel, Format::kCompressed));
  EXPECT_TRUE(has_format(Kind::kTf1Hub, Format::kUncompressed));
  EXPECT_FALSE(has_format(Kind::kSavedModel, Format::kTfLite));
  EXPECT_TRUE(has_format(Kind::kTfLite, Format::kTfLite));
  EXPECT_FALSE(has_format(Kind::kTfLite, Format::kCompressed));
  EXPECT_TRUE(has_format(Kind::kTfJs, Format::kTfJsFile));
  EXPECT_FALSE(has_format(Kind::kTfJs, Format::kUncompressed));
  for (const Kind kind : {Kind::kSavedModel, Kind::kTf1Hub, Kind::kTfLite, Kind::kTfJs}) {
    EXPECT_TRUE(has_format(kind, Format::kFile));
    EXPECT_THAT(formats_of(kind), ::testing::SizeIs(::testing::Ge(2)));
  }
}

}  // namespace
}  // namespace tfhub::protocol
