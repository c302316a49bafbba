// Tensors as JSON, in both directions.
#include "tensorflow/json_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace tfhub::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void refused_json(const char* text, const char* dtype, const char* why) {
  const auto tensor = tensor_of_json(text, dtype);
  ASSERT_FALSE(tensor) << text;
  EXPECT_EQ(tensor.error().code(), Code::kUsage);
  EXPECT_THAT(tensor.error().message(), HasSubstr(why));
}

TEST(JsonTensor, ListsBecomeDimensionsAndValuesTheWantedType) {
  const auto matrix = tensor_of_json("[[1, 2.5], [-3, 4e2]]", "float32");
  ASSERT_TRUE(matrix) << matrix.error().message();
  EXPECT_THAT(matrix->shape(), ElementsAre(2, 2));
  EXPECT_THAT(matrix->values<float>(), ElementsAre(1, 2.5, -3, 400));
  EXPECT_THAT(tensor_of_json("7", "int64")->shape(), IsEmpty());
  EXPECT_THAT(tensor_of_json("[18446744073709551615]", "uint64")->values<uint64_t>(),
              ElementsAre(~uint64_t{0}));
  EXPECT_THAT(tensor_of_json("[-128, 127]", "int8")->values<int8_t>(), ElementsAre(-128, 127));
  EXPECT_THAT(tensor_of_json("[true, false]", "bool")->values<bool>(), ElementsAre(true, false));
  EXPECT_THAT(tensor_of_json(R"(["a", "ü"])", "string")->values<std::string>(), ElementsAre("a", "ü"));
  EXPECT_THAT(tensor_of_json("[[], []]", "float32")->shape(), ElementsAre(2, 0));
}

TEST(JsonTensor, RefusesWhatIsNotThatTypeOrNotRectangular) {
  refused_json("[1, 2", "float32", "no JSON");
  refused_json("abc", "string", "no JSON");
  refused_json("[1, [2]]", "int32", "is no int32");
  refused_json("[[1], [2, 3]]", "int32", "different lengths");
  refused_json("[[1], 2]", "int32", "different lengths");
  refused_json("[1.5]", "int32", "1.5 is no int32");
  refused_json("[300]", "uint8", "300 is no uint8");
  refused_json("[-1]", "uint64", "-1 is no uint64");
  refused_json("[9223372036854775808]", "int64", "is no int64");
  refused_json("[\"1\"]", "float32", "is no float32");
  refused_json("[1e39]", "float32", "is no float32");
  refused_json("[1]", "bool", "is no bool");
  refused_json("[1]", "string", "is no string");
  refused_json("{\"b64\": \"\"}", "string", "is no string");
  refused_json("[1]", "complex64", "complex64 cannot be written as JSON");
  std::string deep(300, '[');
  deep.append("1").append(300, ']');
  refused_json(deep.c_str(), "float32", "dimensions");
}

TEST(JsonTensor, ValuesBecomeNestedLists) {
  EXPECT_EQ(json_of(Tensor::of<int32_t>({2, 2}, {1, 2, 3, 4}))->dump(), "[[1,2],[3,4]]");
  EXPECT_EQ(json_of(Tensor::of<bool>({}, {true}))->dump(), "true");
  EXPECT_EQ(json_of(Tensor::of<float>({0, 3}, {}))->dump(), "[]");
  EXPECT_EQ(json_of(Tensor::of<float>({2, 0}, {}))->dump(), "[[],[]]");
  EXPECT_EQ(json_of(Tensor::of<std::string>({1}, {"ü"}))->dump(), "[\"ü\"]");
  EXPECT_EQ(json_of(Tensor::of<float>({1}, {std::numeric_limits<float>::infinity()}))->dump(), "[null]");
  const auto memory = std::make_shared<uint16_t>();
  EXPECT_THAT(json_of(Tensor::of_bytes("float16", {1}, memory, 2)).error().message(), HasSubstr("float16"));
}

}  // namespace
}  // namespace tfhub::tensorflow
