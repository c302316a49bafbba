#include "cli/model_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/output.h"

namespace tfhub::cli {
namespace {

using savedmodel::Description;
using savedmodel::Function;
using savedmodel::Graph;
using savedmodel::Kind;
using savedmodel::Quantization;
using savedmodel::shape_text;
using savedmodel::Signature;
using savedmodel::TensorSpec;
using savedmodel::WeightTensor;

constexpr size_t kTensors = 20, kOps = 15, kVariants = 4;
constexpr size_t kLongestName = 64;  // a column of longer ones fits on no screen
// Every TF2 variable's key in a checkpoint ends so.
constexpr std::string_view kVariableSuffix = "/.ATTRIBUTES/VARIABLE_VALUE";

std::string plural(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// 11,689,512
std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string indented(const std::string& lines) {
  std::string out;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = lines.find('\n', begin);
    out += "  " + lines.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string dtype_text(const std::string& dtype, const std::optional<Quantization>& quantization) {
  std::string text = dtype.empty() ? "?" : printable(dtype);
  if (!quantization) return text;
  if (quantization->dtype != dtype) text += " as " + printable(quantization->dtype);
  if (quantization->scales > 1) return text + fmt::format(", {} scales", quantization->scales);
  if (quantization->scale) text += fmt::format(", scale {:.6g}", *quantization->scale);
  if (quantization->zero_point) text += fmt::format(", zero {}", *quantization->zero_point);
  return text;
}

std::string head(const Description& model) {
  const Graph& graph = model.graph;
  std::string text;
  switch (model.kind) {
    case Kind::kSavedModel:
      text = "SavedModel";
      break;
    case Kind::kHub:
      text = "TF1 Hub module";
      break;
    case Kind::kTfLite:
      text = "TensorFlow Lite model";
      break;
    case Kind::kTfJs:
      text = model.format == "graph-model" ? "TF.js graph model" : "TF.js layers model";
      break;
  }
  if (!graph.tensorflow_version.empty()) text += ", TensorFlow " + printable(graph.tensorflow_version);
  if (model.kind == Kind::kSavedModel) text += graph.object_graph ? ", TF2" : ", TF1";
  if (!model.producer.empty()) text += fmt::format(", written by \"{}\"", printable(model.producer));
  if (!graph.tags.empty())
    text += fmt::format(", tagged {}", printable(fmt::format("{}", fmt::join(graph.tags, ", "))));
  return text + "\n" +
         fmt::format("{} parameter{}, {} in {}\n", grouped(model.parameter_count),
                     model.parameter_count == 1 ? "" : "s", human_size(model.tensor_bytes),
                     plural(model.tensors.size(), "tensor"));
}

void add_rows(std::vector<std::vector<std::string>>& rows, const char* what,
              const std::vector<TensorSpec>& specs) {
  for (const TensorSpec& spec : specs) {
    std::string dtype = dtype_text(spec.dtype, spec.quantization);
    if (!spec.encoding.empty() && spec.dtype.empty()) dtype.clear();
    if (!spec.encoding.empty()) dtype.append(spec.dtype.empty() ? "" : " ").append(printable(spec.encoding));
    const bool known = !spec.dtype.empty() || spec.shape;
    rows.push_back(
        {what, printable(spec.key, kLongestName), std::move(dtype), known ? shape_text(spec.shape) : "?"});
  }
}

std::string signature_table(const Signature& signature) {
  std::vector<std::vector<std::string>> rows;
  add_rows(rows, "input", signature.inputs);
  add_rows(rows, "output", signature.outputs);
  if (rows.empty()) return "  takes and gives nothing\n";
  return indented(table({{""}, {"NAME"}, {"TYPE"}, {"SHAPE"}}, rows));
}

std::string signatures(const Graph& graph) {
  std::string text;
  for (const Signature& signature : graph.signatures) {
    text += "\nSignature " + printable(signature.name);
    if (!signature.method.empty()) text += fmt::format(" ({})", printable(signature.method));
    text += "\n" + signature_table(signature);
  }
  for (const Function& function : graph.functions) {
    if (function.name.starts_with("call_and_return_")) continue;  // Keras' own: __call__ once more
    for (size_t i = 0; i < std::min(function.variants.size(), kVariants); ++i) {
      text += "\nFunction " + printable(function.name);
      if (function.variants.size() > 1)
        text += fmt::format(" (variant {} of {})", i + 1, function.variants.size());
      text += "\n" + signature_table(function.variants[i]);
    }
  }
  if (text.empty()) text = "\nNo signatures\n";
  return text;
}

std::string other_graphs(const Description& model) {
  std::string text;
  for (const Graph& graph : model.other_graphs)
    text += fmt::format("\nAnother graph, {}: {}\n",
                        graph.tags.empty()
                            ? "without tags"
                            : "tagged " + printable(fmt::format("{}", fmt::join(graph.tags, ", "))),
                        plural(graph.signatures.size(), "signature"));
  return text;
}

std::string tensors(const Description& model) {
  if (model.tensors.empty()) return {};
  std::vector<const WeightTensor*> largest;
  for (const WeightTensor& tensor : model.tensors) largest.push_back(&tensor);
  const size_t shown = std::min(largest.size(), kTensors);
  std::stable_sort(largest.begin(), largest.end(),
                   [](const WeightTensor* a, const WeightTensor* b) { return a->bytes > b->bytes; });
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < shown; ++i) {
    std::string_view name = largest[i]->name;
    if (name.ends_with(kVariableSuffix)) name.remove_suffix(kVariableSuffix.size());
    rows.push_back({printable(name, kLongestName), dtype_text(largest[i]->dtype, largest[i]->quantization),
                    shape_text(largest[i]->shape), human_size(largest[i]->bytes)});
  }
  std::string text = shown < largest.size()
                         ? fmt::format("\nTensors, the largest {} of {}\n", shown, largest.size())
                         : std::string("\nTensors\n");
  return text + indented(table({{"NAME"}, {"TYPE"}, {"SHAPE"}, {"SIZE", true}}, rows));
}

std::string operations(const Description& model) {
  if (model.ops.empty()) return {};
  uint64_t total = 0;
  for (const auto& use : model.ops) total += use.count;
  const bool layers = model.kind == Kind::kTfJs && model.format != "graph-model";
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < std::min(model.ops.size(), kOps); ++i)
    rows.push_back({printable(model.ops[i].name, kLongestName), grouped(model.ops[i].count)});
  std::string title = fmt::format("\n{}, {} in all", layers ? "Layers" : "Operations", grouped(total));
  if (model.ops.size() > kOps) title += fmt::format(", the {} most used of {} kinds", kOps, model.ops.size());
  return title + "\n" + indented(table({{"NAME"}, {"COUNT", true}}, rows));
}

}  // namespace

std::string model_text(const Description& model) {
  std::string text =
      head(model) + signatures(model.graph) + other_graphs(model) + tensors(model) + operations(model);
  if (!model.assets.empty()) {
    text += "\nAssets\n";
    for (const std::string& asset : model.assets) text += "  " + printable(asset) + "\n";
  }
  if (!model.warnings.empty()) {
    text += "\nTo know\n";
    for (const auto& warning : model.warnings) text += "  " + warning.text + "\n";
  }
  return text;
}

}  // namespace tfhub::cli
