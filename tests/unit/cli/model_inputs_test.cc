// --inputs name=file.npy name=JSON.
#include "cli/model_inputs.h"

#include "tensorflow/npy.h"
#include "testing/temp_dir.h"

namespace tfhub::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SignatureInfo& signature() {
  static const SignatureInfo kSignature{{{"x", {"float32", {}}}, {"words", {"string", {}}}}, {}};
  return kSignature;
}
void refused(const std::vector<std::string>& words, Code code, const std::string& why) {
  const auto inputs = read_inputs(words, "serve", signature());
  ASSERT_FALSE(inputs);
  EXPECT_EQ(inputs.error().code(), code);
  EXPECT_THAT(inputs.error().message(), HasSubstr(why));
}

TEST(ModelInputs, JsonTakesTheTypeOfTheSignatureAndAFileItsOwn) {
  const tfhub::testing::TempDir directory;
  tfhub::testing::write_text(directory / "x=1.npy",
                             tensorflow::write_npy(Tensor::of<int8_t>({1}, {5})).value());
  const auto inputs = read_inputs({"words=[\"a=b\"]", "x=" + (directory / "x=1.npy")}, "serve", signature());
  ASSERT_TRUE(inputs) << inputs.error().message();
  EXPECT_THAT(inputs->at("words").values<std::string>(), ElementsAre("a=b"));
  EXPECT_THAT(inputs->at("x").values<int8_t>(), ElementsAre(5));
}

TEST(ModelInputs, WhatCannotBeReadIsNamed) {
  refused({"[1,2]"}, Code::kUsage, "'[1,2]' is no input");
  refused({"=1"}, Code::kUsage, "'=1' is no input");
  refused({"x=1", "x=2"}, Code::kUsage, "'x' is given twice");
  refused({"x=[1"}, Code::kUsage, "--inputs x: '[1' is no JSON");
  refused({"x=\"a\""}, Code::kUsage, "is no float32");
  refused({"y=1"}, Code::kUsage, "no input 'y'; it takes words");
  refused({"x=/no/such.npy"}, Code::kNotFound, "/no/such.npy");
  const tfhub::testing::TempDir directory;
  tfhub::testing::write_text(directory / "bad.npy", "bad");
  refused({"x=" + (directory / "bad.npy")}, Code::kCorrupt, "bad.npy: it is no .npy file");
}

}  // namespace
}  // namespace tfhub::cli
