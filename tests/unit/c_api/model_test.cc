// Tensors of the C API, and models that are none. Real ones are run by tests/tensorflow.
#include <memory>
#include <string>

#include "testing/scoped_env.h"
#include "testing/temp_dir.h"
#include "tfhub/c_api.h"

namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using Status = std::unique_ptr<tfhub_status, decltype(&tfhub_status_free)>;
using TensorPointer = std::unique_ptr<tfhub_tensor, decltype(&tfhub_tensor_free)>;

class CModel : public ::testing::Test {
 protected:
  static TensorPointer owned(tfhub_tensor* tensor) { return {tensor, tfhub_tensor_free}; }
  void refused(tfhub_tensor* tensor, const char* why) {
    EXPECT_EQ(tensor, nullptr);
    EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
    EXPECT_THAT(tfhub_status_message(status_.get()), HasSubstr(why));
  }

  Status status_{tfhub_status_new(), tfhub_status_free};
};

TEST_F(CModel, ATensorHasACopyOfWhatItWasMadeFrom) {
  int32_t values[] = {1, 2, 3, 4, 5, 6};
  const int64_t shape[] = {3, 2};
  const auto tensor = owned(tfhub_tensor_new("int32", shape, 2, values, sizeof values, status_.get()));
  ASSERT_NE(tensor, nullptr) << tfhub_status_message(status_.get());
  values[0] = 100;
  EXPECT_STREQ(tfhub_tensor_dtype(tensor.get()), "int32");
  ASSERT_EQ(tfhub_tensor_rank(tensor.get()), 2u);
  EXPECT_EQ(tfhub_tensor_shape(tensor.get())[0], 3);
  EXPECT_EQ(tfhub_tensor_count(tensor.get()), 6u);
  ASSERT_EQ(tfhub_tensor_size(tensor.get()), sizeof values);
  const auto* held = static_cast<const int32_t*>(tfhub_tensor_data(tensor.get()));
  EXPECT_THAT(std::vector<int32_t>(held, held + 6), ElementsAreArray({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tfhub_tensor_string(tensor.get(), 0, nullptr), nullptr);
}

TEST_F(CModel, StringsMayHoldZeroBytesOrEndAtThem) {
  const int64_t two = 2;
  const char* const strings[] = {"one\0more", "two"};
  const size_t sizes[] = {8, 3};
  const auto whole = owned(tfhub_tensor_new_strings(&two, 1, strings, sizes, 2, nullptr));
  size_t size = 0;
  EXPECT_EQ(std::string(tfhub_tensor_string(whole.get(), 0, &size), 8), std::string("one\0more", 8));
  EXPECT_EQ(size, 8u);
  const auto ended = owned(tfhub_tensor_new_strings(&two, 1, strings, nullptr, 2, nullptr));
  EXPECT_STREQ(tfhub_tensor_string(ended.get(), 0, &size), "one");
  EXPECT_EQ(size, 3u);
  EXPECT_EQ(tfhub_tensor_string(ended.get(), 2, nullptr), nullptr);
  EXPECT_EQ(tfhub_tensor_data(ended.get()), nullptr);
  EXPECT_EQ(tfhub_tensor_size(ended.get()), 0u);
}

TEST_F(CModel, AScalarNeedsNoShapeAndAnEmptyOneNoData) {
  const double value = 0.5;
  const auto scalar = owned(tfhub_tensor_new("float64", nullptr, 0, &value, sizeof value, nullptr));
  EXPECT_EQ(tfhub_tensor_rank(scalar.get()), 0u);
  const int64_t none = 0;
  const auto empty = owned(tfhub_tensor_new("float32", &none, 1, nullptr, 0, nullptr));
  EXPECT_EQ(tfhub_tensor_count(empty.get()), 0u);
}

TEST_F(CModel, WhatDoesNotFitIsAUsageErrorAndNeverACrash) {
  const int64_t two = 2;
  const float values[] = {1, 2};
  tfhub_status* status = status_.get();
  refused(tfhub_tensor_new("float32", &two, 1, values, 4, status), "shape (2) cannot have 1 elements");
  refused(tfhub_tensor_new("float32", &two, 1, values, 7, status), "7 bytes");
  refused(tfhub_tensor_new("string", &two, 1, values, 8, status), "'string'");
  refused(tfhub_tensor_new(nullptr, &two, 1, values, 8, status), "the type is NULL");
  refused(tfhub_tensor_new("float32", nullptr, 1, values, 8, status), "the shape is NULL");
  refused(tfhub_tensor_new("float32", &two, 1, nullptr, 8, status), "the data is NULL");
  const char* const strings[] = {"a", nullptr};
  refused(tfhub_tensor_new_strings(&two, 1, strings, nullptr, 2, status), "a string is NULL");
  refused(tfhub_tensor_new_strings(&two, 1, strings, nullptr, 1, status), "cannot have 1 elements");
  EXPECT_EQ(tfhub_load(nullptr, nullptr, status), nullptr);
  EXPECT_EQ(tfhub_status_code(status), TFHUB_USAGE);
  EXPECT_EQ(tfhub_model_signatures(nullptr, status), nullptr);
  tfhub_tensor* output = nullptr;
  const char* const name = "y";
  EXPECT_EQ(tfhub_model_run(nullptr, "s", nullptr, nullptr, 0, &name, &output, 1, nullptr), TFHUB_USAGE);
  tfhub_tensor_free(nullptr);
  tfhub_model_free(nullptr);
}

TEST_F(CModel, WhatCannotBeLoadedIsToldAsByTheCommand) {
  EXPECT_EQ(tfhub_load("/no/such/model", nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_NOT_FOUND);
  const tfhub::testing::TempDir directory;
  tfhub::testing::write_text(directory / "saved_model.pb", "\x08\x01");
  EXPECT_EQ(tfhub_load(directory.path().c_str(), nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_CORRUPT);

  // A graph with nothing in it is enough to look for TensorFlow.
  tfhub::testing::write_text(directory / "saved_model.pb", std::string("\x08\x01\x12\x00", 4));
  const tfhub::testing::ScopedEnv wrong("TFHUB_TENSORFLOW", "/no/such/tensorflow");
  EXPECT_EQ(tfhub_load(directory.path().c_str(), nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  EXPECT_THAT(tfhub_status_message(status_.get()), HasSubstr("TFHUB_TENSORFLOW: /no/such/tensorflow"));

  const std::unique_ptr<tfhub_options, decltype(&tfhub_options_free)> options(tfhub_options_new(),
                                                                              tfhub_options_free);
  tfhub_options_set_io_device(options.get(), "/job:worker");
  EXPECT_EQ(tfhub_load(directory.path().c_str(), options.get(), status_.get()), nullptr);
  EXPECT_THAT(tfhub_status_message(status_.get()), HasSubstr("/job:worker"));
  tfhub_options_set_io_device(options.get(), "/job:localhost/replica:0");
  tfhub_options_set_tags(options.get(), "serve,gpu");
  EXPECT_EQ(tfhub_load(directory.path().c_str(), options.get(), status_.get()), nullptr);
  EXPECT_THAT(tfhub_status_message(status_.get()),
              HasSubstr("no graph with the tags serve,gpu; it has graphs with: none"));
}

}  // namespace
