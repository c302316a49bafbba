// What is inside a model, as HTML: long lists lose nothing, and huge ones have an end.
#include "server/inspection_section.h"

#include <fmt/format.h>

namespace tfhub::server {
namespace {

using savedmodel::Description;
using ::testing::HasSubstr;
using ::testing::Not;

std::string shown_section(const Description& description, std::string_view query) {
  AskedParts asked(query);
  std::string html = inspection_section(description).html(asked);
  EXPECT_TRUE(asked.check()) << query;
  return html;
}

size_t count(std::string_view text, std::string_view what) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(what, at)) != text.npos; at += what.size()) ++found;
  return found;
}

TEST(WhatIsInside, ASignatureOfManyInputsGoesOnInTheNextPart) {
  Description description;
  savedmodel::Signature signature;
  signature.name = "serving_default";
  for (int i = 0; i < 130; ++i) {
    savedmodel::TensorSpec input;
    input.key = fmt::format("input_{:03}", i);
    input.dtype = "float32";
    signature.inputs.push_back(input);
  }
  signature.outputs.resize(1);
  description.graph.signatures = {signature};
  const std::string first = shown_section(description, ""),
                    second = shown_section(description, "signatures=2");
  EXPECT_EQ(count(first, ">input<"), 100U);
  EXPECT_EQ(count(second, ">input<"), 30U);
  EXPECT_EQ(count(second, ">output<"), 1U);
  EXPECT_THAT(first, HasSubstr("<caption><code>serving_default</code></caption>"));
  EXPECT_THAT(second, HasSubstr("<caption><code>serving_default</code>, continued</caption>"));
  EXPECT_THAT(second, HasSubstr("<code>input_100</code>"));
}

TEST(WhatIsInside, FunctionsAndAssetsHaveParts) {
  Description description;
  for (int i = 0; i < 120; ++i) {
    description.assets.push_back(fmt::format("vocabulary-{:03}.txt", i));
    savedmodel::Function function;
    function.name = fmt::format("call_{:03}", i);
    function.variants.resize(1);
    description.graph.functions.push_back(function);
  }
  EXPECT_THAT(shown_section(description, ""), Not(HasSubstr("vocabulary-100.txt")));
  EXPECT_THAT(shown_section(description, "assets=2"), HasSubstr("vocabulary-100.txt"));
  EXPECT_THAT(shown_section(description, ""), Not(HasSubstr("call_100")));
  EXPECT_THAT(shown_section(description, "functions=2"), HasSubstr("<details id=\"functions\" open>"));
  EXPECT_THAT(shown_section(description, "functions=2"), HasSubstr("call_100"));
}

TEST(WhatIsInside, TensorsAreByNameWhileAllAreShownAndElseTheLargestFirst) {
  Description description;
  for (int i = 0; i < 100; ++i)
    description.tensors.push_back({fmt::format("w{:03}", i), "float32", {}, 4, {}, {}});
  EXPECT_THAT(shown_section(description, ""), HasSubstr("<summary>All tensors</summary>"));
  description.tensors.push_back({"x", "float32", {}, 8, {}, {}});
  const std::string first = shown_section(description, "");
  EXPECT_THAT(first, HasSubstr("All tensors, the largest first"));
  EXPECT_THAT(first, HasSubstr("<tbody>\n<tr><td><code>x</code>"));
  EXPECT_THAT(first, Not(HasSubstr("<tr><td><code>w099")));
}

TEST(WhatIsInside, OfVeryManyTensorsTheFirstTenThousandAreShown) {
  Description description;
  description.tensors.resize(30'000, {"t", "float32", {}, 4, {}, {}});
  const InspectionSection section = inspection_section(description);
  EXPECT_LT(section.bytes(), 4U << 20);
  AskedParts last("tensors=100");
  EXPECT_THAT(section.html(last), HasSubstr("The first 10000 of 30000"));
  EXPECT_TRUE(last.check());
  AskedParts beyond("tensors=101");
  section.html(beyond);
  EXPECT_FALSE(beyond.check());
}

TEST(WhatIsInside, NothingOfTheModelIsMarkup) {
  Description description;
  description.assets = {"<b>.txt"};
  description.ops = {{"<i>", 1}};
  description.tensors.push_back({"<s>", "<u>", {}, 4, {}, {}});
  description.graph.signatures.resize(1);
  description.graph.signatures[0].name = "<p>x";
  const std::string html = shown_section(description, "");
  for (const char* tag : {"<b>", "<i>", "<s>", "<u>", "<p>x"}) EXPECT_THAT(html, Not(HasSubstr(tag)));
}

}  // namespace
}  // namespace tfhub::server
