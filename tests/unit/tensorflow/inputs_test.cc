// What a signature wants, said in a sentence that names it.
#include "tensorflow/inputs.h"

namespace tfhub::tensorflow {
namespace {

using ::testing::HasSubstr;

const std::map<std::string, TensorInfo>& wanted() {
  static const std::map<std::string, TensorInfo> kWanted{{"x", {"float32", std::vector<int64_t>{-1, 2}}},
                                                         {"n", {"int32", std::vector<int64_t>{}}},
                                                         {"any", {"string", {}}}};
  return kWanted;
}
Tensors right() {
  return {{"x", Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6})},
          {"n", Tensor::of<int32_t>({}, {1})},
          {"any", Tensor::of<std::string>({1, 1}, {"a"})}};
}
void refused_input(const Tensors& given, const char* why) {
  const auto checked = check_inputs("serve", wanted(), given);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code(), Code::kUsage);
  EXPECT_THAT(checked.error().message(), HasSubstr(why));
}

TEST(Inputs, AnUnknownDimensionTakesAnySizeAndAnUnknownRankAnyShape) {
  EXPECT_TRUE(check_inputs("serve", wanted(), right()));
  Tensors batch = right();
  batch["x"] = Tensor::of<float>({0, 2}, {});
  batch["any"] = Tensor::of<std::string>({}, {"a"});
  EXPECT_TRUE(check_inputs("serve", wanted(), batch));
}

TEST(Inputs, AMissingOrUnknownOneIsNamedWithAllThatIsTaken) {
  Tensors given = right();
  given.erase("n");
  refused_input(
      given,
      "the input 'n' of the signature serve is missing; it takes any (string any shape), n (int32 ()), x "
      "(float32 (?, 2))");
  given = right();
  given["y"] = Tensor();
  refused_input(given, "the signature serve has no input 'y'; it takes any");
  EXPECT_THAT(check_inputs("s", {}, {{"y", Tensor()}}).error().message(), HasSubstr("it takes nothing"));
}

TEST(Inputs, AnotherTypeOrShapeIsNamedWithTheOneWanted) {
  Tensors given = right();
  given["x"] = Tensor::of<double>({1, 2}, {1, 2});
  refused_input(given, "the input 'x' is float64 (1, 2), but the signature serve wants float32 (?, 2)");
  given["x"] = Tensor::of<float>({2, 1}, {1, 2});
  refused_input(given, "float32 (2, 1), but");
  given["x"] = Tensor::of<float>({2}, {1, 2});
  refused_input(given, "float32 (2), but");
}

TEST(Inputs, ASignatureThatIsNotThereIsToldWithThoseThatAre) {
  const std::map<std::string, SignatureInfo> signatures{{"a", {}}, {"b", {wanted(), {}}}};
  EXPECT_EQ(find_signature(signatures, "b").value()->inputs.size(), 3u);
  const auto none = find_signature(signatures, "c");
  EXPECT_EQ(none.error().code(), Code::kUsage);
  EXPECT_THAT(none.error().message(), HasSubstr("no signature 'c'; the model has a, b"));
  EXPECT_THAT(find_signature({}, "c").error().message(), HasSubstr("has none"));
}

}  // namespace
}  // namespace tfhub::tensorflow
