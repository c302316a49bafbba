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

constexpr size_t kMostRows = 100 * kRowsAPart;  // of one list: nobody turns more pages
constexpr size_t kBars = 12;                    // of the picture

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

// After a list that has more rows than are shown.
std::string note_of_more(size_t rows) {
  if (rows <= kMostRows) return {};
  return fmt::format(
      "<p class=\"quiet\">The first {} of {}; <code>tfhub inspect --json</code> lists all.</p>\n", kMostRows,
      rows);
}

std::string spec_row(std::string_view direction, const TensorSpec& spec) {
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td><code>{}</code></td><td>{}{}</td><td><code>{}</code>{}</td></tr>\n",
      direction, escape_html(spec.key), escape_html(spec.dtype),
      spec.encoding.empty() ? "" : ", " + escape_html(spec.encoding), shape_text(spec.shape),
      quantization_text(spec.quantization));
}

std::string signature_table(std::string_view name, std::string_view continued, std::string_view rows) {
  return fmt::format(
      "<div class=\"wide\" tabindex=\"0\"><table>\n<caption><code>{}</code>{}</caption>\n<thead "
      "class=\"hidden\"><tr><th scope=\"col\">Direction</th>"
      "<th scope=\"col\">Name</th><th scope=\"col\">Type</th><th "
      "scope=\"col\">Shape</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
      escape_html(name), continued, rows);
}

// A table, or several where there are more inputs and outputs than a part holds; how many rows they have.
size_t add_signature(std::string_view name, const savedmodel::Signature& signature, ListInParts& list) {
  std::string rows;
  size_t count = 0, all = 0;
  const auto flush = [&] {
    list.add(signature_table(name, all > kRowsAPart ? ", continued" : "", rows), std::max<size_t>(count, 1));
    rows.clear();
    count = 0;
  };
  const auto add = [&](std::string_view direction, const std::vector<TensorSpec>& specs) {
    for (const TensorSpec& spec : specs) {
      if (count == kRowsAPart) flush();
      rows += spec_row(direction, spec);
      ++count, ++all;
    }
  };
  add("input", signature.inputs);
  add("output", signature.outputs);
  flush();
  return std::max<size_t>(all, 1);
}

ListInParts signatures(const Description& description) {
  ListInParts list{
      .before = "<h2 id=\"signatures\">Signatures</h2>\n", .parameter = "signatures", .anchor = "signatures"};
  size_t rows = 0;
  for (const savedmodel::Signature& signature : description.graph.signatures) {
    if (rows < kMostRows) rows += add_signature(signature.name, signature, list);
  }
  if (list.parts.empty()) list.before += "<p>The model names no signature.</p>\n";
  return list;
}

ListInParts functions(const Description& description) {
  ListInParts list{
      .parameter = "functions", .summary = "Functions of the loaded object", .anchor = "functions"};
  size_t rows = 0;
  for (const savedmodel::Function& function : description.graph.functions)
    for (const savedmodel::Signature& variant : function.variants)
      if (rows < kMostRows) rows += add_signature(function.name, variant, list);
  return list;
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
  bars.reserve(groups.size());
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

ListInParts weights(const Description& description) {
  ListInParts list{.parameter = "tensors", .summary = "All tensors", .anchor = "weights"};
  if (description.tensors.empty()) return list;
  list.before = fmt::format(
      "<h2>Weights</h2>\n<p>{} in {}, {}</p>\n", count_of(description.parameter_count, "parameter"),
      count_of(description.tensors.size(), "tensor"), human_size(description.tensor_bytes));
  list.before += picture(description);
  std::vector<const savedmodel::WeightTensor*> rows;
  rows.reserve(description.tensors.size());
  for (const savedmodel::WeightTensor& tensor : description.tensors) rows.push_back(&tensor);
  if (rows.size() > kRowsAPart) {
    list.summary = "All tensors, the largest first";
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
  }
  list.head =
      "<div class=\"wide\" tabindex=\"0\"><table id=\"tensors\">\n<thead><tr><th "
      "scope=\"col\">Tensor</th><th scope=\"col\">Type</th>"
      "<th scope=\"col\">Shape</th><th scope=\"col\" class=\"number\">Bytes</th></tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < std::min(rows.size(), kMostRows); ++i)
    list.add_named(
        rows[i]->name,
        fmt::format("<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code>{}</td><td "
                    "class=\"number\">{}</td></tr>\n",
                    escape_html(rows[i]->name), escape_html(rows[i]->dtype), shape_text(rows[i]->shape),
                    quantization_text(rows[i]->quantization), rows[i]->bytes));
  list.tail = "</tbody>\n</table></div>\n" + note_of_more(rows.size());
  return list;
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

ListInParts operations(const Description& description) {
  ListInParts list{.parameter = "ops", .anchor = "operations"};
  if (description.ops.empty()) return list;
  list.before = "<h2>Operations</h2>\n";
  list.summary = count_of(description.ops.size(), "kind");
  list.head = "<ul class=\"inline\">\n";
  for (size_t i = 0; i < std::min(description.ops.size(), kMostRows); ++i)
    list.add(fmt::format("<li><code>{}</code> <span class=\"quiet\">{}</span></li>\n",
                         escape_html(description.ops[i].name), description.ops[i].count));
  list.tail = "</ul>\n" + note_of_more(description.ops.size());
  return list;
}

ListInParts assets(const Description& description) {
  ListInParts list{.parameter = "assets", .anchor = "assets"};
  if (description.assets.empty()) return list;
  list.before = "<h2 id=\"assets\">Assets</h2>\n";
  list.head = "<ul>\n";
  for (size_t i = 0; i < std::min(description.assets.size(), kMostRows); ++i)
    list.add(fmt::format("<li><code>{}</code></li>\n", escape_html(description.assets[i])));
  list.tail = "</ul>\n" + note_of_more(description.assets.size());
  return list;
}

constexpr std::string_view kBegin = "<section aria-label=\"What is inside\">\n", kEnd = "</section>\n";

}  // namespace

std::string InspectionSection::html(AskedParts& asked) const {
  std::string html;
  for (const ListInParts& list : lists) html += asked.html(list);
  return html + end;
}

size_t InspectionSection::bytes() const {
  size_t sum = end.size();
  for (const ListInParts& list : lists) sum += list.bytes();
  return sum;
}

InspectionSection inspection_section(const Description& description) {
  std::string begin(kBegin);
  for (const savedmodel::Warning& warning : description.warnings)
    begin += fmt::format("<p class=\"note warning\">{}</p>\n", escape_html(warning.text));
  InspectionSection section;
  section.lists = {signatures(description), functions(description), weights(description),
                   operations(description), assets(description)};
  section.lists[0].before = begin + section.lists[0].before;
  section.lists[2].before = graph_facts(description) + section.lists[2].before;
  section.end = kEnd;
  section.layers_model = description.format == "layers-model";
  return section;
}

InspectionSection unreadable_section(std::string_view why) {
  InspectionSection section;
  section.end = fmt::format("{}<p class=\"note\">What is inside this model cannot be shown: {}.</p>\n{}",
                            kBegin, escape_html(why), kEnd);
  return section;
}

}  // namespace tfhub::server
