#include "savedmodel/describe.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "savedmodel/graph.h"
#include "savedmodel/tfjs_description.h"
#include "savedmodel/tflite.h"
#include "savedmodel/variables_index.h"

namespace tfhub::savedmodel {
namespace {

// The limits are those of the formats, where they have one.
constexpr uint64_t kMaxGraph = uint64_t{2} << 30;    // protobuf: a message has less than 2 GiB
constexpr uint64_t kMaxIndex = 256 << 20;            // a million tensors with long names
constexpr uint64_t kMaxModelJson = 64 << 20;         // parsed, it takes many times as much
constexpr uint64_t kMaxTfLite = uint64_t{64} << 30;  // weights may lie behind the first 2 GB

constexpr const char* kGraph = "saved_model.pb";
constexpr const char* kTextGraph = "saved_model.pbtxt";
constexpr const char* kHubModule = "tfhub_module.pb";
constexpr const char* kIndex = "variables/variables.index";
constexpr const char* kModelJson = "model.json";

class Describer {
 public:
  explicit Describer(const ModelFiles& files) : files_(files) {}

  Result<Description> run() {
    TFHUB_ASSIGN(const auto graph, files_.open(kGraph, kMaxGraph));
    if (graph) {
      TFHUB_TRY(readable(kGraph, read_graphs(graph->bytes, budget_, into_)));
      TFHUB_TRY(saved_model());
      TFHUB_TRY(look_for_assets());
      return std::move(into_);
    }
    TFHUB_ASSIGN(const auto text_graph, files_.open(kTextGraph, kMaxGraph));
    if (text_graph) {
      into_.warnings.push_back({Warning::Kind::kTextGraph, "",
                                fmt::format("the graph is text ({}), which is not read here: signatures, "
                                            "operations and assets are not known",
                                            kTextGraph)});
      TFHUB_TRY(saved_model());
      return std::move(into_);
    }
    TFHUB_ASSIGN(const auto model_json, files_.open(kModelJson, kMaxModelJson));
    if (model_json) {
      into_.kind = Kind::kTfJs;
      TFHUB_TRY(readable(kModelJson, read_tfjs(as_text(model_json->bytes), budget_, into_)));
      return std::move(into_);
    }
    return tflite();
  }

 private:
  // The same error, saying which file it is about and what to do.
  Result<void> readable(const std::string& path, Result<void> read) const {
    if (read) return {};
    return fail(read.error().code(), "{} of {} cannot be read: {}; fetch or export the model again",
                printable(path), printable(files_.name()), read.error().message());
  }

  Result<void> saved_model() {
    TFHUB_ASSIGN(const auto module, files_.open(kHubModule, kMaxGraph));
    into_.kind = module ? Kind::kHub : Kind::kSavedModel;
    TFHUB_ASSIGN(const auto index, files_.open(kIndex, kMaxIndex));
    if (!index) return {};  // a model without variables
    return readable(kIndex, read_variables_index(index->bytes, budget_, into_));
  }

  Result<void> look_for_assets() {
    if (into_.assets.empty()) return {};
    TFHUB_ASSIGN(const auto paths, files_.list());
    for (const std::string& asset : into_.assets)
      if (!std::binary_search(paths.begin(), paths.end(), "assets/" + asset))
        into_.warnings.push_back(
            {Warning::Kind::kMissingFile, "",
             fmt::format("the asset {} that the graph names is not there", printable(asset))});
    return {};
  }

  Result<Description> tflite() {
    TFHUB_ASSIGN(const auto paths, files_.list());
    // A file alone is one whatever it is called; in a directory it is told by its name.
    const auto found =
        paths.size() == 1 ? paths.begin() : std::find_if(paths.begin(), paths.end(), [](const auto& path) {
          return path.ends_with(".tflite");
        });
    if (found == paths.end())
      return fail(Code::kCorrupt, "{} holds no saved_model.pb, model.json or .tflite file, so it is no model",
                  printable(files_.name()));
    TFHUB_ASSIGN(const auto file, files_.open(*found, kMaxTfLite));
    if (!file) return fail(Code::kNotFound, "{} has vanished; try again", printable(*found));
    into_.kind = Kind::kTfLite;
    TFHUB_TRY(readable(*found, read_tflite(file->bytes, budget_, into_)));
    return std::move(into_);
  }

  const ModelFiles& files_;
  Budget budget_;
  Description into_;
};

}  // namespace

Result<Description> describe(const ModelFiles& files) {
  return Describer(files).run();
}

}  // namespace tfhub::savedmodel
