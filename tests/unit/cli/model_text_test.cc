// A description as a person reads it.
#include "cli/model_text.h"

namespace tfhub::cli {
namespace {

using namespace savedmodel;  // NOLINT: the structs
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ModelText, IsLaidOut) {
  Description model;
  model.graph.tags = {"serve"};
  model.graph.tensorflow_version = "2.21.0";
  model.graph.object_graph = true;
  Signature signature;
  signature.name = "serving_default";
  signature.method = "tensorflow/serving/predict";
  signature.inputs.push_back({"image", "image:0", "float32", Shape({-1, 28, 28}), {}, {}});
  signature.outputs.push_back({"label", "", "string", Shape(), {}, {}});
  model.graph.signatures.push_back(signature);
  model.ops = {{"MatMul", 3}, {"Const", 1}};
  model.tensors.push_back({"w/.ATTRIBUTES/VARIABLE_VALUE", "float32", {1000, 2}, 8000, 0, {}});
  model.parameter_count = 2000;
  model.tensor_bytes = 8000;
  model.assets = {"vocab.txt"};
  model.warnings.push_back({Warning::Kind::kPython, "PyFunc", "PyFunc runs Python"});
  EXPECT_EQ(model_text(model), R"(SavedModel, TensorFlow 2.21.0, TF2, tagged serve
2,000 parameters, 7.8 KiB in 1 tensor

Signature serving_default (tensorflow/serving/predict)
          NAME   TYPE     SHAPE
  input   image  float32  (?, 28, 28)
  output  label  string   any shape

Tensors
  NAME  TYPE     SHAPE         SIZE
  w     float32  (1000, 2)  7.8 KiB

Operations, 4 in all
  NAME    COUNT
  MatMul      3
  Const       1

Assets
  vocab.txt

To know
  PyFunc runs Python
)");
}

TEST(ModelText, ShowsTheLargestTensorsAndHowManyMore) {
  Description model;
  for (int i = 1; i <= 30; ++i)
    model.tensors.push_back({"t" + std::to_string(i), "uint8", {i}, static_cast<uint64_t>(i), {}, {}});
  EXPECT_THAT(model_text(model), AllOf(HasSubstr("the largest 20 of 30"), HasSubstr("t30 "),
                                       HasSubstr("t11 "), Not(HasSubstr("t10 "))));
}

TEST(ModelText, ANameDoesNotDriveTheTerminal) {
  Description model;
  Signature signature;
  signature.name = "\033[2J";
  model.graph.signatures.push_back(signature);
  model.graph.tags = {"\033]0;x\007"};
  EXPECT_THAT(model_text(model), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace tfhub::cli
