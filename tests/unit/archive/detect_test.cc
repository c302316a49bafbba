#include "archive/detect.h"

#include "archive/archive_testing.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;
using testing::TarBuilder;

std::string said_of(std::string_view head) {
  const auto found = detect(as_bytes(head));
  if (found) return "an archive";
  EXPECT_EQ(found.error().code(), Code::kCorrupt);
  return found.error().message();
}

TEST(Detect, KnowsTheFourFormats) {
  const std::string tar = TarBuilder().file("a", "x").end();
  EXPECT_EQ(detect(as_bytes(tar)).value(), Compression::kNone);
  EXPECT_EQ(detect(as_bytes(testing::gzip(tar))).value(), Compression::kGzip);
  EXPECT_EQ(detect(as_bytes(testing::bzip2(tar))).value(), Compression::kBzip2);
  EXPECT_EQ(detect(as_bytes(testing::xz(tar))).value(), Compression::kXz);
}

TEST(Detect, SaysWhatCameInstead) {
  using std::string_view_literals::operator""sv;
  EXPECT_THAT(said_of(""), HasSubstr("empty"));
  EXPECT_THAT(said_of("\n <!DOCTYPE html>\n<html><head><TITLE lang=en>\n Hotel Wi-Fi login\n</TITLE>"),
              HasSubstr("an HTML page titled 'Hotel Wi-Fi login'"));
  EXPECT_THAT(said_of("<html><body>no title"), HasSubstr("an HTML page"));
  EXPECT_THAT(said_of("<head><title>One\n\tTwo\r\n</title>"), HasSubstr("titled 'One  Two'"));
  EXPECT_THAT(said_of("<!-- proxy --><html><title>Denied</title>"),
              HasSubstr("an HTML page titled 'Denied'"));
  EXPECT_THAT(said_of("\xef\xbb\xbf<html><title>Cut of"), HasSubstr("an HTML page (of"));
  EXPECT_THAT(said_of("<html><title"), HasSubstr("an HTML page (of"));
  EXPECT_THAT(said_of("[1, 2]"), HasSubstr("JSON, beginning with '[1, 2]'"));
  EXPECT_THAT(said_of("one\ttwo\r\nthree"), HasSubstr("text, beginning with 'one"));
  EXPECT_THAT(said_of("<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"), HasSubstr("XML"));
  EXPECT_THAT(said_of("{\"error\": \"no such model\"}"), HasSubstr("JSON, beginning with '{\"error\""));
  EXPECT_THAT(said_of("Not found\n"), HasSubstr("text, beginning with 'Not found'"));
  EXPECT_THAT(said_of("   \n"), HasSubstr("blank text"));
  EXPECT_THAT(said_of("PK\x03\x04rest"), HasSubstr("a zip archive"));
  EXPECT_THAT(said_of("\x1c\0\0\0TFL3"sv), HasSubstr("TF Lite"));
  EXPECT_THAT(said_of("\x28\xb5\x2f\xfd\0"sv), HasSubstr("zstd"));
  EXPECT_THAT(said_of("\x01\x02\xff\0"sv), HasSubstr("bytes 0102ff00"));
}

TEST(Detect, WhatOnlyBeginsLikeAnArchiveIsNone) {
  EXPECT_THAT(said_of("BZh"), HasSubstr("text, beginning with 'BZh'"));
  EXPECT_THAT(said_of("BZh0"), HasSubstr("'BZh0'"));
  EXPECT_THAT(said_of("BZh: a man"), HasSubstr("'BZh: a man'"));
  EXPECT_THAT(said_of(std::string(511, 'x')), HasSubstr("text"));
  EXPECT_THAT(said_of(std::string(512, 'x')), HasSubstr("text"));
}

TEST(Detect, ATerminalIsNotDrivenByATitle) {
  EXPECT_THAT(said_of("<html><title>\x1b[31mred</title>"), ::testing::Not(HasSubstr("\x1b")));
}

TEST(Detect, APageIsRefusedByExtractWithTheName) {
  const auto unpacked = testing::unpack("<html><title>Sign in</title></html>", {.name = "https://hub/m/1"});
  ASSERT_FALSE(unpacked.result);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("https://hub/m/1: it is not an archive"));
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("'Sign in'"));
}

}  // namespace
}  // namespace tfhub::archive
