// What is read out of a .tflite file, and what is refused.
#include "savedmodel/tflite.h"

#include "savedmodel/damage.h"
#include "savedmodel/flatbuffer_writer.h"

namespace tfhub::savedmodel {
namespace {

using namespace testing;  // NOLINT: the writers
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Description> read_tflite(const std::string& file) {
  Budget budget;
  Description description;
  TFHUB_TRY(read_tflite(as_bytes(file), budget, description));
  return description;
}

Value tensor(std::string_view name, std::vector<int32_t> shape, int8_t type, uint32_t buffer,
             Value quantization = none(), Value dynamic = none()) {
  return fields({vector(shape), scalar(type), scalar(buffer), string(name), std::move(quantization), none(),
                 none(), std::move(dynamic)});
}

struct Options {
  bool signature = true;
  uint32_t version = 3;
  uint32_t opcode = 0;
  uint32_t buffer = 1;
  int32_t output = 2;
};

std::string small_tflite(const Options& options = {}) {
  const Value per_channel = fields({none(), none(), vector<float>({0.5F, 0.25F}), vector<int64_t>({0, 0}),
                                    none(), none(), scalar<int32_t>(1)});
  const Value per_tensor = fields({none(), none(), vector<float>({0.5F}), vector<int64_t>({-128})});
  const Value subgraph = fields(
      {tables({tensor("in", {1, 3}, 0, 0, none(), vector<int32_t>({-1, 3})),
               tensor("w", {3, 2}, 9, options.buffer, per_channel), tensor("out", {1, 2}, 9, 0, per_tensor)}),
       vector<int32_t>({0}), vector<int32_t>({options.output}),
       tables(
           {fields({scalar(options.opcode)}), fields({scalar<uint32_t>(1)}), fields({scalar<uint32_t>(2)})}),
       string("main")});
  const Value map_in = fields({string("x"), scalar<uint32_t>(0)});
  const Value map_out = fields({string("y"), scalar<uint32_t>(2)});
  return FlatWriter::file(
      fields({scalar(options.version),
              tables({fields({scalar<int8_t>(9), none(), scalar<int32_t>(1), scalar<int32_t>(9)}),
                      fields({scalar<int8_t>(32), string("FlexErf")}),
                      fields({scalar<int8_t>(127), none(), none(), scalar<int32_t>(206)})}),
              tables({subgraph}), string("MLIR Converted."),
              tables({fields({}), fields({vector<int8_t>({1, 2, 3, 4, 5, 6})})}), none(), none(),
              options.signature
                  ? tables({fields({tables({map_in}), tables({map_out}), string("serving_default")})})
                  : none()}),
      "TFL3");
}

TEST(TfLite, TellsSignaturesOperatorsAndWeights) {
  const auto model = read_tflite(small_tflite());
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->producer, "MLIR Converted.");
  ASSERT_EQ(model->graph.signatures.size(), 1u);
  const Signature& signature = model->graph.signatures[0];
  EXPECT_EQ(signature.name, "serving_default");
  ASSERT_EQ(signature.inputs.size(), 1u);
  EXPECT_EQ(signature.inputs[0].key, "x");
  EXPECT_EQ(signature.inputs[0].name, "in");
  EXPECT_EQ(signature.inputs[0].dtype, "float32");
  EXPECT_EQ(signature.inputs[0].shape, Shape({-1, 3}));
  ASSERT_EQ(signature.outputs.size(), 1u);
  EXPECT_EQ(signature.outputs[0].quantization->scale, 0.5);
  EXPECT_EQ(signature.outputs[0].quantization->zero_point, -128);

  ASSERT_EQ(model->tensors.size(), 1u);
  EXPECT_EQ(model->tensors[0].name, "w");
  EXPECT_EQ(model->tensors[0].dtype, "int8");
  EXPECT_EQ(model->tensors[0].bytes, 6u);
  EXPECT_EQ(model->tensors[0].quantization->scales, 2u);
  EXPECT_EQ(model->tensors[0].quantization->dimension, 1);
  EXPECT_EQ(model->parameter_count, 6u);

  std::vector<std::string> ops;
  for (const OpUse& use : model->ops) ops.push_back(use.name);
  EXPECT_THAT(ops, ElementsAre("FULLY_CONNECTED", "FlexErf", "STABLEHLO_COMPOSITE"));
  ASSERT_EQ(model->warnings.size(), 1u);
  EXPECT_EQ(model->warnings[0].kind, Warning::Kind::kFlexOp);
}

TEST(TfLite, WithoutSignaturesTheFirstGraphIsOne) {
  const auto model = read_tflite(small_tflite({.signature = false}));
  ASSERT_TRUE(model);
  ASSERT_EQ(model->graph.signatures.size(), 1u);
  EXPECT_EQ(model->graph.signatures[0].name, "main");
  EXPECT_EQ(model->graph.signatures[0].inputs.at(0).key, "in");
  EXPECT_EQ(model->graph.signatures[0].outputs.at(0).key, "out");
}

TEST(TfLite, RefusesWhatDoesNotFit) {
  const auto message = [](const std::string& file) {
    const auto model = read_tflite(file);
    if (model) return std::string("(read)");
    EXPECT_EQ(model.error().code(), Code::kCorrupt);
    return model.error().message();
  };
  EXPECT_THAT(message(""), HasSubstr("TFL3"));
  EXPECT_THAT(message(std::string("\xff\xff\xff\xffTFL3", 8)), HasSubstr("outside"));
  EXPECT_THAT(message(small_tflite({.version = 2})), HasSubstr("version 2"));
  EXPECT_THAT(message(small_tflite({.opcode = 3})), HasSubstr("code 3 of 3"));
  EXPECT_THAT(message(small_tflite({.buffer = 2})), HasSubstr("buffer 2 of 2"));
  EXPECT_THAT(message(small_tflite({.signature = false, .output = 3})), HasSubstr("tensor 3 of 3"));
  EXPECT_THAT(message(small_tflite({.signature = false, .output = -1})), HasSubstr("tensor -1 of 3"));
}

TEST(TfLite, AnswersToDamage) {
  for (const bool signature : {true, false})
    expect_answers_to_damage(small_tflite({.signature = signature}),
                             [](const std::string& file) -> Result<void> {
                               const auto model = read_tflite(file);
                               if (!model) return tl::unexpected(model.error());
                               EXPECT_FALSE(to_json(*model).empty());
                               return {};
                             });
}

TEST(TfLite, NamesOperatorsByNumber) {
  EXPECT_EQ(builtin_operator_name(3), "CONV_2D");
  EXPECT_EQ(builtin_operator_name(9999), "operator 9999");
  EXPECT_EQ(builtin_operator_name(-1), "operator -1");
}

}  // namespace
}  // namespace tfhub::savedmodel
