// Whole models: which file is read, what the errors name, and the JSON.
#include "savedmodel/describe.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "savedmodel/proto_writer.h"
#include "savedmodel/table_writer.h"
#include "testing/temp_dir.h"

namespace tfhub::savedmodel {
namespace {

namespace fs = std::filesystem;
using namespace testing;  // NOLINT: the writers
using ::testing::AllOf;
using ::testing::HasSubstr;

class DescribeTest : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view bytes) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }
  Result<Description> model(const std::string& name = {}) {
    return describe(LocalFiles(name.empty() ? root_.string() : (root_ / name).string()));
  }

  tfhub::testing::TempDir directory_;
  const fs::path root_{directory_.path()};
};

std::string graph() {
  const std::string signature = entry(1, "x", tensor_info("x:0", 1, shape({-1, 2}))) +
                                entry(2, "y", tensor_info("y:0", 7, unknown_rank()));
  return saved_model({info({"serve"}, "2.21.0") + entry(5, "serving_default", signature) +
                      text(6, text(2, "vocab.txt")) + text(7, "")});
}

TEST_F(DescribeTest, ASavedModelAsJson) {
  write("saved_model.pb", graph());
  write("variables/variables.index",
        table({{{"", bundle_header()}, {"w/.ATTRIBUTES/VARIABLE_VALUE", bundle_entry(1, {2, 3}, 24)}}}));
  write("assets/vocab.txt", "a");
  const auto description = model();
  ASSERT_TRUE(description) << description.error().message();
  const auto json = nlohmann::json::parse(to_json(*description));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "kind": "saved_model", "tags": ["serve"], "tensorflow_version": "2.21.0", "generation": "TF2",
    "signatures": {"serving_default": {"inputs": {"x": {"dtype": "float32", "shape": [-1, 2], "name": "x:0"}},
                                       "outputs": {"y": {"dtype": "string", "shape": null, "name": "y:0"}}}},
    "functions": {}, "ops": [], "warnings": [], "assets": ["vocab.txt"],
    "tensors": [{"name": "w/.ATTRIBUTES/VARIABLE_VALUE", "dtype": "float32", "shape": [2, 3], "bytes": 24, "shard": 0}],
    "parameter_count": 6, "tensor_bytes": 24})"));
}

TEST_F(DescribeTest, AnAssetThatIsNotThereIsWarnedOf) {
  write("saved_model.pb", graph());
  const auto description = model();
  ASSERT_TRUE(description);
  ASSERT_EQ(description->warnings.size(), 1u);
  EXPECT_THAT(description->warnings[0].text, HasSubstr("vocab.txt"));
}

TEST_F(DescribeTest, AHubModuleAndATextGraph) {
  write("saved_model.pb", saved_model({info({}, "1.15.0")}));
  write("tfhub_module.pb", "\x08\x03");
  EXPECT_EQ(model()->kind, Kind::kHub);
  fs::remove(root_ / "tfhub_module.pb");
  fs::rename(root_ / "saved_model.pb", root_ / "saved_model.pbtxt");
  const auto text = model();
  ASSERT_TRUE(text);
  ASSERT_EQ(text->warnings.size(), 1u);
  EXPECT_EQ(text->warnings[0].kind, Warning::Kind::kTextGraph);
}

TEST_F(DescribeTest, NamesTheFileThatIsDamaged) {
  write("saved_model.pb", "not a graph");
  auto description = model();
  ASSERT_FALSE(description);
  EXPECT_EQ(description.error().code(), Code::kCorrupt);
  EXPECT_THAT(description.error().message(),
              AllOf(HasSubstr("saved_model.pb of "), HasSubstr("cannot be read")));
  write("saved_model.pb", graph());
  write("variables/variables.index", "nonsense");
  description = model();
  ASSERT_FALSE(description);
  EXPECT_EQ(description.error().code(), Code::kCorrupt);
  EXPECT_THAT(description.error().message(), HasSubstr("variables/variables.index of "));
}

TEST_F(DescribeTest, TakesAFileAloneAndOneInADirectory) {
  write("a.tflite", std::string("\x08\0\0\0TFL3rest", 12));
  write("other.txt", "x");
  EXPECT_THAT(model().error().message(), HasSubstr("a.tflite of"));
  EXPECT_THAT(model("a.tflite").error().message(), HasSubstr("a.tflite of"));
  fs::remove(root_ / "a.tflite");
  write("b.txt", "x");
  EXPECT_THAT(model().error().message(), HasSubstr("is no model"));
}

// A graph with its weights inside is mapped, not read.
TEST_F(DescribeTest, ALargeGraphIsMapped) {
  std::string constant(80 << 20, 'w');
  write("saved_model.pb",
        saved_model({info({"serve"}, "2.21.0") + text(2, text(1, text(2, "Const") + text(99, constant)))}));
  const auto description = model();
  ASSERT_TRUE(description) << description.error().message();
  EXPECT_EQ(description->ops.at(0).name, "Const");
}

}  // namespace
}  // namespace tfhub::savedmodel
