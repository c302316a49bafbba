#include "savedmodel/description.h"

#include <nlohmann/json.hpp>

namespace tfhub::savedmodel {
namespace {

using OrderedJson = nlohmann::ordered_json;

// For keys that are known to be unique: the object's own way in compares with every key that is there.
void append(OrderedJson::object_t& object, const std::string& key, OrderedJson value) {
  static_cast<OrderedJson::object_t::Container&>(object).emplace_back(key, std::move(value));
}

OrderedJson or_null(const std::string& text) {
  return text.empty() ? OrderedJson() : OrderedJson(text);
}

OrderedJson json_of(const Quantization& quantization) {
  OrderedJson json{{"dtype", quantization.dtype},
                   {"scales", quantization.scales},
                   {"zero_points", quantization.zero_points}};
  if (quantization.scales > 1) json["dimension"] = quantization.dimension;
  if (quantization.scale) json["scale"] = *quantization.scale;
  if (quantization.zero_point) json["zero_point"] = *quantization.zero_point;
  return json;
}

OrderedJson json_of(const TensorSpec& spec) {
  OrderedJson json{{"dtype", or_null(spec.dtype)},
                   {"shape", spec.shape ? OrderedJson(*spec.shape) : OrderedJson()}};
  if (!spec.name.empty()) json["name"] = spec.name;
  if (!spec.encoding.empty()) json["encoding"] = spec.encoding;
  if (spec.quantization) json["quantization"] = json_of(*spec.quantization);
  return json;
}

OrderedJson json_of(const std::vector<TensorSpec>& specs) {
  OrderedJson::object_t object;
  for (const TensorSpec& spec : specs) append(object, spec.key, json_of(spec));
  return object;
}

OrderedJson json_of(const Signature& signature) {
  OrderedJson json{{"inputs", json_of(signature.inputs)}, {"outputs", json_of(signature.outputs)}};
  if (!signature.method.empty()) json["method"] = signature.method;
  return json;
}

OrderedJson json_of(const std::vector<Signature>& signatures) {
  OrderedJson::object_t object;
  for (const Signature& signature : signatures) append(object, signature.name, json_of(signature));
  return object;
}

OrderedJson json_of(const std::vector<Function>& functions) {
  OrderedJson::object_t object;
  for (const Function& function : functions) {
    OrderedJson variants = OrderedJson::array();
    for (const Signature& variant : function.variants) variants.push_back(json_of(variant));
    append(object, function.name, std::move(variants));
  }
  return object;
}

OrderedJson json_of(const WeightTensor& tensor) {
  OrderedJson json{
      {"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes}};
  if (tensor.shard) json["shard"] = *tensor.shard;
  if (tensor.quantization) json["quantization"] = json_of(*tensor.quantization);
  return json;
}

bool is_saved_model(Kind kind) {
  return kind == Kind::kSavedModel || kind == Kind::kHub;
}

void add_graph(OrderedJson& json, const Graph& graph, Kind kind) {
  if (is_saved_model(kind)) json["tags"] = graph.tags;
  if (kind != Kind::kTfLite) json["tensorflow_version"] = or_null(graph.tensorflow_version);
  if (is_saved_model(kind)) json["generation"] = graph.object_graph ? "TF2" : "TF1";
  json["signatures"] = json_of(graph.signatures);
  if (is_saved_model(kind)) json["functions"] = json_of(graph.functions);
}

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t size : shape)
    text += (text.empty() ? "" : ", ") + (size < 0 ? "?" : std::to_string(size));
  return "(" + text + ")";
}

std::string shape_text(const Shape& shape) {
  return shape ? shape_text(*shape) : "any shape";
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kSavedModel:
      return "saved_model";
    case Kind::kHub:
      return "hub";
    case Kind::kTfLite:
      return "tflite";
    case Kind::kTfJs:
      break;
  }
  return "tfjs";
}

std::string_view to_string(Warning::Kind kind) {
  switch (kind) {
    case Warning::Kind::kPython:
      return "python";
    case Warning::Kind::kFiles:
      return "files";
    case Warning::Kind::kCustomOp:
      return "custom_op";
    case Warning::Kind::kFlexOp:
      return "flex_op";
    case Warning::Kind::kMissingFile:
      return "missing_file";
    case Warning::Kind::kTextGraph:
      break;
  }
  return "text_graph";
}

std::string to_json(const Description& description) {
  OrderedJson json{{"kind", to_string(description.kind)}};
  if (!description.format.empty()) json["format"] = description.format;
  if (!description.producer.empty()) json["producer"] = description.producer;
  add_graph(json, description.graph, description.kind);
  if (!description.other_graphs.empty()) {
    OrderedJson& others = json["other_graphs"] = OrderedJson::array();
    for (const Graph& graph : description.other_graphs) {
      OrderedJson other = OrderedJson::object();
      add_graph(other, graph, description.kind);
      others.push_back(std::move(other));
    }
  }
  OrderedJson& ops = json["ops"] = OrderedJson::array();
  for (const OpUse& use : description.ops) ops.push_back({{"name", use.name}, {"count", use.count}});
  OrderedJson& warnings = json["warnings"] = OrderedJson::array();
  for (const Warning& warning : description.warnings) {
    OrderedJson each{{"kind", to_string(warning.kind)}, {"text", warning.text}};
    if (!warning.op.empty()) each["op"] = warning.op;
    warnings.push_back(std::move(each));
  }
  json["assets"] = description.assets;
  OrderedJson& tensors = json["tensors"] = OrderedJson::array();
  for (const WeightTensor& tensor : description.tensors) tensors.push_back(json_of(tensor));
  json["parameter_count"] = description.parameter_count;
  json["tensor_bytes"] = description.tensor_bytes;
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace tfhub::savedmodel
