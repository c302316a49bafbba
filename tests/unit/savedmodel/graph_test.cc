// What is read out of saved_model.pb, and what is refused.
#include "savedmodel/graph.h"

#include "savedmodel/damage.h"
#include "savedmodel/proto_writer.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using namespace testing;  // NOLINT: the writers
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Description> read_graph(const std::string& file) {
  Budget budget;
  Description description;
  TFHUB_TRY(read_graphs(as_bytes(file), budget, description));
  return description;
}

std::string small_graph() {
  const std::string signature = entry(1, "x", tensor_info("x:0", 1, shape({-1, 28}))) +
                                entry(2, "y", tensor_info("y:0", 9, unknown_rank())) +
                                text(3, "tensorflow/serving/predict");
  // The root has __call__ (object 1) and a private function (object 2).
  const std::string call_input =
      text(52, text(1, text(52, text(1, text(33, text(1, "x") + text(2, shape({-1})) + number(3, 1))))) +
                   text(1, text(53, "")));
  const std::string call = text(3, call_input) + text(4, text(33, text(2, shape({-1})) + number(3, 1)));
  const std::string objects =
      text(1, text(1, number(1, 1) + text(2, "__call__")) + text(1, number(1, 2) + text(2, "_hidden"))) +
      text(1, text(6, text(1, "__inference_call_1"))) + text(1, text(6, text(1, "__inference_call_1"))) +
      entry(2, "__inference_call_1", call);
  return saved_model(
      {info({"serve"}, "2.21.0") +
       text(2, node("a", "Placeholder") + node("b", "MatMul") + node("c", "MatMul") +
                   function("__inference_call_1", {"MatMul", "Mul", "EagerPyFunc"}) +
                   node("d", "__inference_call_1") + node("e", "SentencepieceOp") + node("f", "ReadFile")) +
       entry(5, "serving_default", signature) + entry(5, "__saved_model_init_op", "") +
       text(6, text(2, "vocab.txt")) + text(7, objects)});
}

TEST(Graph, TellsSignaturesFunctionsOpsAndAssets) {
  const auto model = read_graph(small_graph());
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(model->graph.tags, ElementsAre("serve"));
  EXPECT_EQ(model->graph.tensorflow_version, "2.21.0");
  EXPECT_TRUE(model->graph.object_graph);
  EXPECT_THAT(model->assets, ElementsAre("vocab.txt"));

  ASSERT_EQ(model->graph.signatures.size(), 1u);
  const Signature& signature = model->graph.signatures[0];
  EXPECT_EQ(signature.name, "serving_default");
  EXPECT_EQ(signature.method, "tensorflow/serving/predict");
  ASSERT_EQ(signature.inputs.size(), 1u);
  EXPECT_EQ(signature.inputs[0].key, "x");
  EXPECT_EQ(signature.inputs[0].name, "x:0");
  EXPECT_EQ(signature.inputs[0].dtype, "float32");
  EXPECT_EQ(signature.inputs[0].shape, Shape({-1, 28}));
  ASSERT_EQ(signature.outputs.size(), 1u);
  EXPECT_EQ(signature.outputs[0].dtype, "int64");
  EXPECT_EQ(signature.outputs[0].shape, Shape());

  ASSERT_EQ(model->graph.functions.size(), 1u);
  EXPECT_EQ(model->graph.functions[0].name, "__call__");
  ASSERT_EQ(model->graph.functions[0].variants.size(), 1u);
  const Signature& call = model->graph.functions[0].variants[0];
  ASSERT_EQ(call.inputs.size(), 1u);
  EXPECT_EQ(call.inputs[0].key, "x");
  ASSERT_EQ(call.outputs.size(), 1u);
  EXPECT_EQ(call.outputs[0].key, "output_0");
}

TEST(Graph, CountsOpsAndWarns) {
  const auto model = read_graph(small_graph());
  ASSERT_TRUE(model);
  EXPECT_EQ(model->ops.front().name, "MatMul");
  EXPECT_EQ(model->ops.front().count, 3u);
  for (const OpUse& use : model->ops) EXPECT_NE(use.name, "__inference_call_1");  // a call, no operation
  std::vector<std::string> warned;
  for (const Warning& warning : model->warnings)
    warned.push_back(std::string(to_string(warning.kind)) + " " + warning.op);
  EXPECT_THAT(warned, ElementsAre("python EagerPyFunc", "files ReadFile", "custom_op SentencepieceOp"));
}

TEST(Graph, TheServedGraphComesFirstThenTheUntagged) {
  const auto graph = [](const std::vector<std::string>& tags, const char* name) {
    return info(tags, "1.15.0") + entry(5, name, "");
  };
  auto model = read_graph(saved_model({graph({"train"}, "a"), graph({}, "b")}));
  ASSERT_TRUE(model);
  EXPECT_EQ(model->graph.signatures.at(0).name, "b");
  EXPECT_FALSE(model->graph.object_graph);
  ASSERT_EQ(model->other_graphs.size(), 1u);
  EXPECT_THAT(model->other_graphs[0].tags, ElementsAre("train"));
  model = read_graph(saved_model({graph({}, "b"), graph({"gpu", "serve"}, "c")}));
  ASSERT_TRUE(model);
  EXPECT_EQ(model->graph.signatures.at(0).name, "c");
}

TEST(Graph, RefusesWhatIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("\x08\x01"), std::string("hello, world"), text(2, "\x0a\x7f"),
        saved_model({entry(5, "s", entry(1, "x", tensor_info("x", 1, shape({-2}))))}),
        saved_model(
            {entry(5, "s", entry(1, "x", tensor_info("x", 1, shape(std::vector<int64_t>(255, 1)))))})}) {
    const auto model = read_graph(bad);
    ASSERT_FALSE(model) << ::testing::PrintToString(bad);
    EXPECT_EQ(model.error().code(), Code::kCorrupt);
  }
}

TEST(Graph, NestingIsBounded) {
  std::string value = text(33, number(3, 1));
  for (int i = 0; i < 5'000; ++i) value = text(52, text(1, value));
  const std::string objects = text(1, text(1, number(1, 1) + text(2, "f"))) + text(1, text(6, text(1, "c"))) +
                              entry(2, "c", text(3, value));
  EXPECT_THAT(read_graph(saved_model({text(7, objects)})).error().message(), HasSubstr("nested"));
}

TEST(Graph, CountsAreBounded) {
  std::string tags;
  for (uint64_t i = 0; i <= Budget::kItems; ++i) tags += text(4, "");
  EXPECT_THAT(read_graph(saved_model({text(1, tags)})).error().message(), HasSubstr("more than any model"));
  // A long key that many values stand below is not copied into each of them.
  std::string values;
  for (int i = 0; i < 100'000; ++i) values += text(1, "");
  const std::string deep = text(53, entry(1, std::string(100'000, 'k'), text(51, values)));
  const std::string objects = text(1, text(1, number(1, 1) + text(2, "f"))) + text(1, text(6, text(1, "c"))) +
                              entry(2, "c", text(4, deep));
  EXPECT_THAT(read_graph(saved_model({text(7, objects)})).error().message(),
              HasSubstr("more than any model"));
}

TEST(Graph, AnswersToDamage) {
  expect_answers_to_damage(small_graph(), [](const std::string& file) -> Result<void> {
    const auto model = read_graph(file);
    if (!model) return tl::unexpected(model.error());
    EXPECT_FALSE(to_json(*model).empty());
    return {};
  });
}

TEST(Wire, NumbersHaveAtMost64Bits) {
  const std::string most(9, '\xff');
  EXPECT_EQ(wire::Reader(as_bytes(most + '\x01')).varint(), UINT64_MAX);
  EXPECT_FALSE(wire::Reader(as_bytes(most + '\x02')).varint());
  EXPECT_FALSE(wire::Reader(as_bytes(most + "\xff\x01")).varint());
  EXPECT_FALSE(wire::Reader(as_bytes("\x80")).varint());
  EXPECT_FALSE(wire::Reader(as_bytes("\x02\x01x")).next());  // field 0
  EXPECT_FALSE(wire::Reader(as_bytes("\x0b")).next());       // a group
}

}  // namespace
}  // namespace tfhub::savedmodel
