// Tensors into TensorFlow and back: nothing is lost, nothing leaks, numbers are not copied.
#include "tensorflow/convert.h"

#include "tensorflow/fake_tensorflow.h"

namespace tfhub::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Convert : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(live_tensors, 0);
    EXPECT_EQ(live_strings, 0);
  }
  const CApi api_ = fake_tensorflow();
};

TEST_F(Convert, NumbersAreLentBothWays) {
  Tensor back;
  const float* elements = nullptr;
  {
    Tensor tensor = Tensor::of<float>({2, 1}, {1, 2});
    elements = tensor.values<float>().data();
    auto lent = to_tensorflow(api_, tensor);
    ASSERT_TRUE(lent) << lent.error().message();
    tensor = Tensor();
    EXPECT_EQ(api_.TensorType(lent->get()), 1);
    back = from_tensorflow(api_, std::move(*lent)).value();
  }
  EXPECT_EQ(live_tensors, 1);
  EXPECT_THAT(back.shape(), ElementsAre(2, 1));
  EXPECT_EQ(back.values<float>().data(), elements);
  EXPECT_THAT(back.values<float>(), ElementsAre(1, 2));
}

TEST_F(Convert, StringsAreCopiedBothWays) {
  const Tensor tensor = Tensor::of<std::string>({2}, {std::string("a\0b", 3), std::string(100, 'x')});
  auto strings = to_tensorflow(api_, tensor);
  ASSERT_TRUE(strings) << strings.error().message();
  EXPECT_EQ(live_strings, 2);
  const Tensor back = from_tensorflow(api_, std::move(*strings)).value();
  EXPECT_EQ(live_strings, 0);
  EXPECT_THAT(back.values<std::string>(), ElementsAre(std::string("a\0b", 3), std::string(100, 'x')));
}

TEST_F(Convert, ScalarsAndEmptyBatchesToo) {
  for (const Tensor& tensor :
       {Tensor::of<int64_t>({}, {4}), Tensor::of<bool>({0, 2}, {}), Tensor::of<std::string>({0}, {})}) {
    const Tensor back = from_tensorflow(api_, to_tensorflow(api_, tensor).value()).value();
    EXPECT_EQ(back.dtype(), tensor.dtype());
    EXPECT_EQ(back.shape(), tensor.shape());
  }
}

TEST_F(Convert, WhatIsNoValueIsRefused) {
  constexpr int kResource = 20;
  TensorPointer handle(api_.NewTensor(
                           kResource, nullptr, 0, nullptr, 0, [](void*, size_t, void*) {}, nullptr),
                       api_.DeleteTensor);
  const auto tensor = from_tensorflow(api_, std::move(handle));
  ASSERT_FALSE(tensor);
  EXPECT_THAT(tensor.error().message(), HasSubstr("resource"));
}

}  // namespace
}  // namespace tfhub::tensorflow
