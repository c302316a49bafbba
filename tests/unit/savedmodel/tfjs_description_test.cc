// What is read out of model.json, of both kinds of TF.js models.
#include "savedmodel/tfjs_description.h"

#include "savedmodel/damage.h"

namespace tfhub::savedmodel {
namespace {

using ::testing::HasSubstr;

Result<Description> read_tfjs(const std::string& text) {
  Budget budget;
  Description description;
  TFHUB_TRY(read_tfjs(text, budget, description));
  return description;
}

const char* const kGraphModel = R"({
  "format": "graph-model", "generatedBy": "2.15.0", "convertedBy": "TensorFlow.js Converter v4.22.0",
  "signature": {"inputs": {"x": {"name": "x:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": "-1"}, {"size": "3"}]}}},
                "outputs": {"y": {"name": "y:0", "dtype": "DT_INT64", "tensorShape": {"unknownRank": true}}}},
  "modelTopology": {"node": [{"name": "a", "op": "MatMul"}, {"name": "b", "op": "MatMul"}, {"name": "c", "op": "MyOwn"}],
                    "library": {"function": [{"signature": {"name": "f"}, "nodeDef": [{"op": "Relu"}, {"op": "f"}]}]}},
  "weightsManifest": [{"paths": ["a.bin"], "weights": [
    {"name": "w", "shape": [3, 4], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.1, "min": -1}},
    {"name": "b", "shape": [4], "dtype": "float32"}, {"name": "s", "shape": [2], "dtype": "string"}]}]})";

const char* const kLayersModel = R"({
  "format": "layers-model", "generatedBy": "keras v2.4.0",
  "modelTopology": {"keras_version": "2.4.0", "model_config": {"class_name": "Functional", "config": {
    "layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 28, 28], "dtype": "float32", "name": "image"}},
               {"class_name": "Dense", "config": {"name": "d1"}}, {"class_name": "Dense", "config": {"name": "d2"}}],
    "input_layers": [["image", 0, 0]], "output_layers": [["d2", 0, 0]]}}},
  "weightsManifest": [{"paths": ["a.bin"], "weights": [{"name": "d1/kernel", "shape": [28, 2], "dtype": "float32"}]}]})";

TEST(TfJs, AGraphModel) {
  const auto model = read_tfjs(kGraphModel);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->format, "graph-model");
  EXPECT_EQ(model->graph.tensorflow_version, "2.15.0");
  ASSERT_EQ(model->graph.signatures.size(), 1u);
  const Signature& signature = model->graph.signatures[0];
  EXPECT_EQ(signature.inputs.at(0).key, "x");
  EXPECT_EQ(signature.inputs[0].dtype, "float32");
  EXPECT_EQ(signature.inputs[0].shape, Shape({-1, 3}));
  EXPECT_EQ(signature.outputs.at(0).dtype, "int64");
  EXPECT_EQ(signature.outputs[0].shape, Shape());
  EXPECT_EQ(model->ops.at(0).name, "MatMul");
  EXPECT_EQ(model->ops[0].count, 2u);
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_EQ(model->warnings[0].op, "MyOwn");
  ASSERT_EQ(model->tensors.size(), 3u);
  EXPECT_EQ(model->tensors[2].bytes, 12u);
  EXPECT_EQ(model->tensors[2].quantization->dtype, "uint8");
  EXPECT_EQ(model->parameter_count, 16u);
  EXPECT_EQ(model->tensor_bytes, 28u);
}

TEST(TfJs, WhatTfJsExecutesIsNoCustomOperation) {
  const auto model = read_tfjs(R"({
    "format": "graph-model", "generatedBy": "https://github.com/tensorflow/tfjs-converter",
    "convertedBy": "TensorFlow.js Converter v1.2.1",
    "modelTopology": {"node": [{"name": "a", "op": "FusedDepthwiseConv2dNative"}, {"name": "b", "op": "Prelu"},
                               {"name": "c", "op": "_FusedConv2D"}, {"name": "d", "op": "MyOwn"}]},
    "weightsManifest": []})");
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_EQ(model->warnings[0].op, "MyOwn");
  EXPECT_EQ(model->graph.tensorflow_version, "") << "the address of a program is no version";
  EXPECT_EQ(model->producer, "TensorFlow.js Converter v1.2.1");
}

TEST(TfJs, ALayersModel) {
  const auto model = read_tfjs(kLayersModel);
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_EQ(model->graph.signatures.size(), 1u);
  const Signature& signature = model->graph.signatures[0];
  EXPECT_EQ(signature.inputs.at(0).key, "image");
  EXPECT_EQ(signature.inputs[0].shape, Shape({-1, 28, 28}));
  EXPECT_EQ(signature.outputs.at(0).key, "d2");
  EXPECT_EQ(signature.outputs[0].shape, Shape());
  EXPECT_EQ(model->ops.at(0).name, "Dense");
  EXPECT_EQ(model->parameter_count, 56u);
}

TEST(TfJs, RefusesWhatIsNone) {
  for (const char* bad :
       {"", "[]", "{", "7", R"({"weightsManifest":[{"weights":[{"name":"w"}]}]})",
        R"({"weightsManifest":[{"weights":[{"name":"w","shape":[-1]}]}]})",
        R"({"weightsManifest":[{"weights":[{"name":"w","dtype":"float32","shape":[9e99]}]}]})"}) {
    const auto model = read_tfjs(bad);
    ASSERT_FALSE(model) << bad;
    EXPECT_EQ(model.error().code(), Code::kCorrupt);
  }
  EXPECT_THAT(read_tfjs(std::string(1'000'000, '[')).error().message(), HasSubstr("nested"));
  EXPECT_THAT(read_tfjs("[" + std::string(5'000'000, ',') + "]").error().message(), HasSubstr("values"));
  EXPECT_TRUE(read_tfjs("{}"));
  EXPECT_TRUE(read_tfjs("{\"a\": \"" + std::string(1'000, '[') + "\\\"" + std::string(1'000, '{') + "\"}"));
}

TEST(TfJs, AnswersToDamage) {
  for (const char* model : {kGraphModel, kLayersModel})
    testing::expect_answers_to_damage(
        model,
        [](const std::string& text) -> Result<void> {
          const auto description = read_tfjs(text);
          if (!description) return tl::unexpected(description.error());
          EXPECT_FALSE(to_json(*description).empty());
          return {};
        },
        5'000);
}

}  // namespace
}  // namespace tfhub::savedmodel
