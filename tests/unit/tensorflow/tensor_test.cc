// Tensors as a program makes and reads them.
#include "tfhub/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace tfhub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Tensor, HoldsNumbersOfEveryTypeByTensorFlowsName) {
  EXPECT_EQ(Tensor::of<float>({}, {1}).dtype(), "float32");
  EXPECT_EQ(Tensor::of<double>({}, {1}).dtype(), "float64");
  EXPECT_EQ(Tensor::of<int8_t>({}, {1}).dtype(), "int8");
  EXPECT_EQ(Tensor::of<int16_t>({}, {1}).dtype(), "int16");
  EXPECT_EQ(Tensor::of<int32_t>({}, {1}).dtype(), "int32");
  EXPECT_EQ(Tensor::of<int64_t>({}, {1}).dtype(), "int64");
  EXPECT_EQ(Tensor::of<uint8_t>({}, {1}).dtype(), "uint8");
  EXPECT_EQ(Tensor::of<uint16_t>({}, {1}).dtype(), "uint16");
  EXPECT_EQ(Tensor::of<uint32_t>({}, {1}).dtype(), "uint32");
  EXPECT_EQ(Tensor::of<uint64_t>({}, {1}).dtype(), "uint64");
  const Tensor tensor = Tensor::of<int64_t>({2, 3}, {1, -2, 3, -4, 5, int64_t{1} << 40});
  EXPECT_THAT(tensor.shape(), ElementsAre(2, 3));
  EXPECT_EQ(tensor.size(), 6u);
  EXPECT_THAT(tensor.values<int64_t>(), ElementsAre(1, -2, 3, -4, 5, int64_t{1} << 40));
  EXPECT_EQ(tensor.bytes().size(), 48u);
}

TEST(Tensor, HoldsBoolsAsPlainBoolsAndStringsAsStrings) {
  const Tensor flags = Tensor::of<bool>({3}, {true, false, true});
  EXPECT_EQ(flags.dtype(), "bool");
  EXPECT_THAT(flags.values<bool>(), ElementsAre(true, false, true));
  EXPECT_EQ(flags.bytes().size(), 3u);
  const Tensor words = Tensor::of<std::string>({1, 2}, {"one", std::string("t\0o", 3)});
  EXPECT_EQ(words.dtype(), "string");
  EXPECT_THAT(words.values<std::string>(), ElementsAre("one", std::string("t\0o", 3)));
  EXPECT_THROW(words.bytes(), std::invalid_argument);
}

TEST(Tensor, ADefaultOneIsEmptyAndCopiesShareTheElements) {
  Tensor copy;
  EXPECT_EQ(copy.dtype(), "float32");
  EXPECT_THAT(copy.shape(), ElementsAre(0));
  EXPECT_THAT(copy.values<float>(), IsEmpty());
  const float* elements = nullptr;
  {
    const Tensor made = Tensor::of<float>({2}, {1, 2});
    elements = made.values<float>().data();
    copy = made;
  }
  EXPECT_EQ(copy.values<float>().data(), elements);
  EXPECT_THAT(copy.values<float>(), ElementsAre(1, 2));
  std::thread([copy] { EXPECT_THAT(copy.values<float>(), ElementsAre(1, 2)); }).join();
}

TEST(Tensor, AScalarHasNoDimensionsAndAnEmptyBatchNoElements) {
  const Tensor scalar = Tensor::of<int32_t>({}, {7});
  EXPECT_THAT(scalar.shape(), IsEmpty());
  EXPECT_THAT(scalar.values<int32_t>(), ElementsAre(7));
  const Tensor batch = Tensor::of<float>({0, 3}, {});
  EXPECT_EQ(batch.size(), 0u);
  EXPECT_THAT(batch.bytes(), IsEmpty());
}

TEST(Tensor, MisuseThrows) {
  EXPECT_THROW(Tensor::of<float>({2}, {1, 2, 3}), std::invalid_argument);
  EXPECT_THROW(Tensor::of<float>({-1}, {1}), std::invalid_argument);
  EXPECT_THROW(Tensor::of<float>({int64_t{1} << 40, int64_t{1} << 40}, {1}), std::invalid_argument);
  EXPECT_THROW(Tensor::of<bool>({2}, {true}), std::invalid_argument);
  const Tensor tensor = Tensor::of<float>({1}, {1});
  EXPECT_THROW(tensor.values<double>(), std::invalid_argument);
  EXPECT_THROW(tensor.values<std::string>(), std::invalid_argument);
  try {
    tensor.values<int32_t>();
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "the tensor holds float32, not int32");
  }
}

TEST(Tensor, OfBytesTakesTypesThatCppHasNoNameFor) {
  const auto halves = std::make_shared<std::vector<uint16_t>>(std::vector<uint16_t>{0x3c00, 0xc000});
  const Tensor tensor =
      Tensor::of_bytes("float16", {2}, std::shared_ptr<const void>(halves, halves->data()), 4);
  EXPECT_EQ(tensor.size(), 2u);
  EXPECT_EQ(tensor.bytes().data(), static_cast<const void*>(halves->data()));
  EXPECT_EQ(halves.use_count(), 2);
  EXPECT_THROW(Tensor::of_bytes("float16", {2}, halves, 3), std::invalid_argument);
  EXPECT_THROW(Tensor::of_bytes("float16", {3}, halves, 4), std::invalid_argument);
  EXPECT_THROW(Tensor::of_bytes("string", {1}, halves, 4), std::invalid_argument);
  EXPECT_THROW(Tensor::of_bytes("float31", {1}, halves, 4), std::invalid_argument);
}

}  // namespace
}  // namespace tfhub
