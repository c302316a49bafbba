#include "server/inspection_section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "server/html.h"
#include "server/model_list.h"

namespace tfhub::server {
namespace {

using savedmodel::Description;
using savedmodel::TensorSpec;

constexpr size_t kMostSignatures = 40;
constexpr size_t kMostSpecs = 60;     // inputs or outputs of one signature
constexpr size_t kMostTensors = 100;  // rows of the table
constexpr size_t kMostOps = 60;
constexpr size_t kMostAssets = 50;
constexpr size_t kBars = 12;  // of the picture

std::string shape_text(const savedmodel::Shape& shape) {
  if (!shape) return "any shape";
  std::string text = "[";
  for (const int64_t size : *shape)
    text += fmt::format("{}{}", text.size() > 1 ? ", " : "", size < 0 ? "?" : std::to_string(size));
  return text + "]";
}

std::string quantization_text(const std::optional<savedmodel::Quantization>& quantization) {
  if (!quantization) return {};
  if (quantization->scale)
    return fmt::format(
        ", quantised: scale {:.6g}{}", *quantization->scale,
        quantization->zero_point ? fmt::format(", zero point {}", *quantization->zero_point) : "");
  return fmt::format(", quantised: {} scales along dimension {}", quantization->scales,
                     quantization->dimension);
}

std::string spec_rows(std::string_view direction, const std::vector<TensorSpec>& specs) {
  std::string html;
  for (size_t i = 0; i < std::min(specs.size(), kMostSpecs); ++i) {
    const TensorSpec& spec = specs[i];
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td><code>{}</code></td><td>{}{}</td><td><code>{}</code>{}</td></tr>\n",
        direction, escape_html(spec.key), escape_html(spec.dtype),
        spec.encoding.empty() ? "" : ", " + escape_html(spec.encoding), shape_text(spec.shape),
        quantization_text(spec.quantization));
  }
  if (specs.size() > kMostSpecs)
    html += fmt::format("<tr><td colspan=\"4\">and {} more</td></tr>\n", specs.size() - kMostSpecs);
  return html;
}

std::string signature_table(const savedmodel::Signature& signature) {
  return fmt::format(
      "<div class=\"wide\" tabindex=\"0\"><table>\n<caption><code>{}</code></caption>\n<thead "
      "class=\"hidden\"><tr><th scope=\"col\">Direction</th>"
      "<th scope=\"col\">Name</th><th scope=\"col\">Type</th><th "
      "scope=\"col\">Shape</th></tr></thead>\n<tbody>\n{}{}</tbody>\n</table></div>\n",
      escape_html(signature.name), spec_rows("input", signature.inputs),
      spec_rows("output", signature.outputs));
}

std::string signatures(const Description& description) {
  const auto& graph = description.graph;
  std::string html = "<h2>Signatures</h2>\n";
  for (size_t i = 0; i < std::min(graph.signatures.size(), kMostSignatures); ++i)
    html += signature_table(graph.signatures[i]);
  if (graph.signatures.empty()) html += "<p>The model names no signature.</p>\n";
  if (graph.functions.empty()) return html;
  html += "<details><summary>Functions of the loaded object</summary>\n";
  for (size_t i = 0; i < std::min(graph.functions.size(), kMostSignatures); ++i) {
    const savedmodel::Function& function = graph.functions[i];
    for (size_t v = 0; v < std::min<size_t>(function.variants.size(), 8); ++v) {
      savedmodel::Signature named = function.variants[v];
      named.name = function.name;
      html += signature_table(named);
    }
  }
  return html + "</details>\n";
}

// Where the bytes are: a bar for each group of names, as long as its share.
std::string picture(const Description& description) {
  std::map<std::string, uint64_t> groups;
  for (const savedmodel::WeightTensor& tensor : description.tensors) {
    const size_t first = tensor.name.find('/');
    const size_t second = first == std::string::npos ? first : tensor.name.find('/', first + 1);
    groups[tensor.name.substr(0, groups.size() > 5'000 ? first : second)] += tensor.bytes;
  }
  std::vector<std::pair<uint64_t, std::string>> bars;
  for (const auto& [name, bytes] : groups) bars.emplace_back(bytes, name);
  std::sort(bars.rbegin(), bars.rend());
  if (bars.size() > kBars) {
    uint64_t rest = 0;
    for (size_t i = kBars - 1; i < bars.size(); ++i) rest += bars[i].first;
    const size_t others = bars.size() - kBars + 1;
    bars.resize(kBars - 1);
    bars.emplace_back(rest, fmt::format("{} others", others));
  }
  const auto whole = static_cast<double>(std::max<uint64_t>(description.tensor_bytes, 1));
  const auto longest = static_cast<double>(std::max<uint64_t>(bars.empty() ? 1 : bars.front().first, 1));
  std::string html =
      "<figure>\n<figcaption class=\"quiet\">Where the bytes are</figcaption>\n<ul class=\"bars\">\n";
  for (const auto& [bytes, name] : bars)
    html += fmt::format(
        "<li><span><code>{}</code> {}, {:.1f} %</span><svg viewBox=\"0 0 100 1\" "
        "preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<rect width=\"{:.2f}\" height=\"1\"/></svg></li>\n",
        escape_html(name), human_size(bytes), 100.0 * static_cast<double>(bytes) / whole,
        100.0 * static_cast<double>(bytes) / longest);
  return html + "</ul>\n</figure>\n";
}

std::string weights(const Description& description) {
  if (description.tensors.empty()) return {};
  std::string html = fmt::format(
      "<h2>Weights</h2>\n<p>{} in {}, {}</p>\n", count_of(description.parameter_count, "parameter"),
      count_of(description.tensors.size(), "tensor"), human_size(description.tensor_bytes));
  html += picture(description);
  std::vector<const savedmodel::WeightTensor*> rows;
  for (const savedmodel::WeightTensor& tensor : description.tensors) rows.push_back(&tensor);
  const bool all = rows.size() <= kMostTensors;
  if (!all)
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
  html += all ? std::string("<details><summary>All tensors</summary>\n")
              : fmt::format("<details><summary>The {} largest tensors</summary>\n", kMostTensors);
  html +=
      "<p hidden><label>Filter by name <input type=\"search\" data-filter=\"tensors\"></label></p>\n"
      "<div class=\"wide\" tabindex=\"0\"><table id=\"tensors\">\n<thead><tr><th "
      "scope=\"col\">Tensor</th><th scope=\"col\">Type</th>"
      "<th scope=\"col\">Shape</th><th scope=\"col\">Bytes</th></tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < std::min(rows.size(), kMostTensors); ++i)
    html += fmt::format(
        "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code>{}</td><td "
        "class=\"number\">{}</td></tr>\n",
        escape_html(rows[i]->name), escape_html(rows[i]->dtype), shape_text(rows[i]->shape),
        quantization_text(rows[i]->quantization), rows[i]->bytes);
  html += "</tbody>\n</table></div>\n";
  if (!all) html += "<p class=\"quiet\"><code>tfhub inspect --json</code> lists all.</p>\n";
  return html + "</details>\n";
}

std::string graph_facts(const Description& description) {
  const savedmodel::Graph& graph = description.graph;
  std::string html = "<dl>\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escape_html(value));
  };
  if (description.kind == savedmodel::Kind::kSavedModel || description.kind == savedmodel::Kind::kHub)
    row("Generation", graph.object_graph ? "TensorFlow 2" : "TensorFlow 1");
  row("TensorFlow version", graph.tensorflow_version);
  row("Tags", fmt::format("{}", fmt::join(graph.tags, ", ")));
  row("Format", description.format);
  row("Written by", description.producer);
  return html == "<dl>\n" ? std::string() : html + "</dl>\n";
}

std::string operations(const Description& description) {
  std::string html;
  if (!description.ops.empty()) {
    html += fmt::format("<h2>Operations</h2>\n<details><summary>{}</summary>\n<ul class=\"inline\">\n",
                        count_of(description.ops.size(), "kind"));
    for (size_t i = 0; i < std::min(description.ops.size(), kMostOps); ++i)
      html += fmt::format("<li><code>{}</code> <span class=\"quiet\">{}</span></li>\n",
                          escape_html(description.ops[i].name), description.ops[i].count);
    html += "</ul>\n</details>\n";
  }
  if (description.assets.empty()) return html;
  html += "<h2>Assets</h2>\n<ul>\n";
  for (size_t i = 0; i < std::min(description.assets.size(), kMostAssets); ++i)
    html += fmt::format("<li><code>{}</code></li>\n", escape_html(description.assets[i]));
  return html + "</ul>\n";
}

}  // namespace

std::string inspection_section(const Description& description) {
  std::string html = "<section aria-label=\"What is inside\">\n";
  for (const savedmodel::Warning& warning : description.warnings)
    html += fmt::format("<p class=\"note warning\">{}</p>\n", escape_html(warning.text));
  html += signatures(description);
  html += graph_facts(description);
  html += weights(description);
  html += operations(description);
  return html + "</section>\n";
}

std::string unreadable_section(std::string_view why) {
  return fmt::format(
      "<section aria-label=\"What is inside\">\n<p class=\"note\">What is inside this model cannot be shown: "
      "{}.</p>\n</section>\n",
      escape_html(why));
}

}  // namespace tfhub::server
