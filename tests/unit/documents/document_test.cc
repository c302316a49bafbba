// The grammar of documents, with everything that real ones do.
#include "documents/document.h"

namespace tfhub::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Document parsed(std::string_view text) {
  auto document = parse(text);
  EXPECT_TRUE(document) << (document ? "" : document.error().message());
  return document ? *document : Document();
}
std::string refused(std::string_view text) {
  const auto document = parse(text);
  if (document) return "(accepted)";
  EXPECT_EQ(document.error().code(), Code::kCorrupt);
  return document.error().message();
}

constexpr std::string_view kModule =
    "# Module acme/text/nnlm-dim50/2\n"
    "Text embedding trained on\n"
    "[news](https://news.example) in `fp32`.\n"
    "\n"
    "<!-- task: text-embedding -->\n"
    "<!-- asset-path: https://acme.example/a:b.tar.gz  -->\n"
    "<!-- language: en --> <!-- language: de -->\n"
    "<!-- fine-tunable:true -->\n"
    "\n"
    "## Overview\n"
    "Words. <!-- task: not-this -->\n";

TEST(Document, Module) {
  const Document document = parsed(kModule);
  EXPECT_EQ(document.kind, Kind::kModule);
  EXPECT_EQ(document.name, "acme/text/nnlm-dim50");
  EXPECT_EQ(document.version, 2u);
  EXPECT_EQ(document.url_path, "acme/text/nnlm-dim50/2");
  EXPECT_EQ(document.model_path(), "acme/text/nnlm-dim50");
  EXPECT_EQ(document.publisher(), "acme");
  EXPECT_EQ(document.description, "Text embedding trained on news in fp32.");
  EXPECT_THAT(
      document.metadata,
      ElementsAre(Pair("task", "text-embedding"), Pair("asset-path", "https://acme.example/a:b.tar.gz"),
                  Pair("language", "en"), Pair("language", "de"), Pair("fine-tunable", "true")));
  EXPECT_THAT(document.metadata_lines, ElementsAre(5, 6, 7, 7, 8));
  EXPECT_THAT(document.values("language"), ElementsAre("en", "de"));
  EXPECT_EQ(document.value("language"), "en");
  EXPECT_EQ(document.value("license"), "");
  EXPECT_EQ(document.body, "## Overview\nWords. <!-- task: not-this -->\n");
  EXPECT_EQ(document.body_line, 10);
}

TEST(Document, EveryKindHasItsUrl) {
  const auto page = [](std::string_view line) {
    const Document document = parsed(std::string(line) + "\nWords.\n");
    EXPECT_EQ(line.substr(2, line.find(' ', 2) - 2), to_string(document.kind));
    return document.url_path + " " + document.model_path();
  };
  EXPECT_EQ(page("# Module acme/x/1"), "acme/x/1 acme/x");
  EXPECT_EQ(page("# Placeholder acme/x/y/12"), "acme/x/y/12 acme/x/y");
  EXPECT_EQ(page("# Lite acme/x/lite/1"), "acme/lite-model/x/lite/1 acme/lite-model/x/lite");
  EXPECT_EQ(page("# Tfjs acme/x/1/default/1"), "acme/tfjs-model/x/1/default/1 acme/tfjs-model/x/1/default");
  EXPECT_EQ(page("# Coral acme/x/1"), "acme/coral-model/x/1 acme/coral-model/x");
  EXPECT_EQ(page("# Collection acme/experts/bit/1"),
            "acme/collection/experts/bit acme/collection/experts/bit");
  EXPECT_EQ(page("# Publisher acme"), "acme acme");
  EXPECT_EQ(parsed("# Lite acme/x/lite/1\n").name, "acme/x/lite");
}

TEST(Document, Publisher) {
  const Document document = parsed(
      "# Publisher acme\nAcme Research\n\n[![Icon URL]](https://acme.example/i?a=(b)&v=4)\n\n## "
      "Details\nWe.");
  EXPECT_EQ(document.name, "acme");
  EXPECT_EQ(document.version, 0u);
  EXPECT_EQ(document.description, "Acme Research");
  EXPECT_EQ(document.icon_url, "https://acme.example/i?a=(b)&v=4");
  EXPECT_EQ(document.body, "## Details\nWe.\n");
}

TEST(Document, NamesWithUpperCaseDotsAndNumbers) {
  EXPECT_EQ(parsed("# Module acme/LAReQA/mBERT_X_Y.5/1/2").name, "acme/LAReQA/mBERT_X_Y.5/1");
}

TEST(Document, ZeroWidthNonJoinersGoWhereTheyHide) {
  EXPECT_EQ(parsed("# Module acme/&zwnj;x/1\nWords&zwnj;.\n").url_path, "acme/x/1");
  EXPECT_EQ(parsed("# Module acme/\xE2\x80\x8Cx/1\nW.\n\n<!-- task: a\xE2\x80\x8C -->\n").value("task"), "a");
  // In prose it is a letter of its language.
  EXPECT_THAT(parsed("# Module acme/x/1\n\n## Overview\n\xE2\x80\x8C\n").body, HasSubstr("\xE2\x80\x8C"));
}

TEST(Document, LineEndsAndByteOrderMarks) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : kModule) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Document one = parsed(windows), other = parsed(kModule);
  EXPECT_EQ(one.body, other.body);
  EXPECT_EQ(one.metadata, other.metadata);
  EXPECT_EQ(one.description, other.description);
  EXPECT_EQ(parsed("# Module acme/x/1\nWords.\n\n<!-- task: t -->").value("task"), "t");
}

TEST(Document, ABlankLineMayStandBeforeTheDescription) {
  EXPECT_EQ(parsed("\n# Module acme/x/1\n\nWords\nand words.\n\n## A\n").description, "Words and words.");
  EXPECT_EQ(parsed("# Module acme/x/1\n\n<!-- task: t -->\n## A\n").description, "");
}

TEST(Document, OtherCommentsAreNoMetadata) {
  const Document document = parsed(
      "# Collection acme/x/1\nWords.\n<!-- task: t -->\n<!-- (https://a.example/b) -->\n"
      "<!-- https://a.example -->\n<!-- TODO: more -->\n<!-- dataset:\n  d\n-->\n## A\n");
  EXPECT_THAT(document.metadata, ElementsAre(Pair("task", "t"), Pair("dataset", "d")));
}

TEST(Document, TextOutOfPlaceIsShownAndHidesNoMetadata) {
  const Document document = parsed(
      "# Module acme/x/1\nWords.\n\nMore words.\n\n<!-- task: t -->\n[![Icon "
      "URL]](https://a.example/i)\n\n## A\n");
  EXPECT_EQ(document.value("task"), "t");
  EXPECT_EQ(document.icon_url, "https://a.example/i");
  EXPECT_EQ(document.body_line, 4);
  EXPECT_TRUE(document.body.starts_with("More words.\n"));
  EXPECT_EQ(document.body.find("Icon"), std::string::npos);
}

TEST(Document, AnUnclosedCommentHidesNothingElse) {
  const Document document =
      parsed("# Module acme/x/1\nWords.\n<!-- task: t\n\n<!-- license: mit -->\n## A\n");
  EXPECT_THAT(document.metadata, ElementsAre(Pair("license", "mit")));
  EXPECT_EQ(document.body, "## A\n");
}

TEST(Document, BytesThatAreNoTextBecomeText) {
  const Document document = parsed(std::string_view("# Module acme/x/1\nA\xff\0B\n", 22));
  EXPECT_EQ(document.description,
            "A\xEF\xBF\xBD\xEF\xBF\xBD"
            "B");
}

TEST(Document, WhatIsNoIdentityIsSaid) {
  EXPECT_THAT(refused(""), HasSubstr("line 1"));
  EXPECT_THAT(refused("\n\n# Model acme/x/1\n"), HasSubstr("line 3: 'Model' is no kind"));
  EXPECT_THAT(refused("Module acme/x/1"), HasSubstr("# Module publisher/model/1"));
  EXPECT_THAT(refused("# Module acme/x"), HasSubstr("names no version"));
  EXPECT_THAT(refused("# Module acme/x/01"), HasSubstr("names no version"));
  EXPECT_THAT(refused("# Module acme/1"), HasSubstr("publisher/model"));
  EXPECT_THAT(refused("# Module ac me/x/1"), HasSubstr("line 1"));
  EXPECT_THAT(refused("# Module Acme/x/1"), HasSubstr("publisher"));
  EXPECT_THAT(refused("# Module acme/../x/1"), HasSubstr("dot"));
  EXPECT_THAT(refused("# Publisher a/b"), HasSubstr("a-z"));
  EXPECT_THAT(refused("# Publisher <b>"), HasSubstr("a-z"));
  EXPECT_THAT(refused(std::string(kMaxDocument + 1, 'a')), HasSubstr("4"));
}

TEST(Document, ParentModel) {
  const auto parent = [](const std::string& value) {
    return parent_model(parsed("# Lite acme/x/1\nW.\n<!-- parent-model: " + value + " -->\n"));
  };
  EXPECT_EQ(parent("acme/x/1"), "acme/x/1");
  EXPECT_EQ(parent("https://tfhub.dev/acme/x/1"), "acme/x/1");
  EXPECT_EQ(parent("https://tfhub.dev/acme/x/1/?a=b"), "acme/x/1");
  EXPECT_EQ(parent("/acme/x/"), "acme/x");
  EXPECT_EQ(parent("https://elsewhere.example/acme/x/1"), "");
  EXPECT_EQ(parent_model(parsed("# Lite acme/x/1\nW.\n")), "");
}

}  // namespace
}  // namespace tfhub::documents
