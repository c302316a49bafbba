#include "savedmodel/description.h"

#include <nlohmann/json.hpp>

namespace tfhub::savedmodel {
namespace {

using Json = nlohmann::ordered_json;

// For keys that are known to be unique: the object's own way in compares with every key that is there.
void append(Json::object_t& object, const std::string& key, Json value) {
  static_cast<Json::object_t::Container&>(object).emplace_back(key, std::move(value));
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json json_of(const Quantization& quantization) {
  Json json{{"dtype", quantization.dtype},
            {"scales", quantization.scales},
            {"zero_points", quantization.zero_points}};
  if (quantization.scales > 1) json["dimension"] = quantization.dimension;
  if (quantization.scale) json["scale"] = *quantization.scale;
  if (quantization.zero_point) json["zero_point"] = *quantization.zero_point;
  return json;
}

Json json_of(const TensorSpec& spec) {
  Json json{{"dtype", or_null(spec.dtype)}, {"shape", spec.shape ? Json(*spec.shape) : Json()}};
  if (!spec.name.empty()) json["name"] = spec.name;
  if (!spec.encoding.empty()) json["encoding"] = spec.encoding;
  if (spec.quantization) json["quantization"] = json_of(*spec.quantization);
  return json;
}

Json json_of(const std::vector<TensorSpec>& specs) {
  Json::object_t object;
  for (const TensorSpec& spec : specs) append(object, spec.key, json_of(spec));
  return object;
}

Json json_of(const Signature& signature) {
  Json json{{"inputs", json_of(signature.inputs)}, {"outputs", json_of(signature.outputs)}};
  if (!signature.method.empty()) json["method"] = signature.method;
  return json;
}

Json json_of(const std::vector<Signature>& signatures) {
  Json::object_t object;
  for (const Signature& signature : signatures) append(object, signature.name, json_of(signature));
  return object;
}

Json json_of(const std::vector<Function>& functions) {
  Json::object_t object;
  for (const Function& function : functions) {
    Json variants = Json::array();
    for (const Signature& variant : function.variants) variants.push_back(json_of(variant));
    append(object, function.name, std::move(variants));
  }
  return object;
}

Json json_of(const WeightTensor& tensor) {
  Json json{{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", tensor.bytes}};
  if (tensor.shard) json["shard"] = *tensor.shard;
  if (tensor.quantization) json["quantization"] = json_of(*tensor.quantization);
  return json;
}

bool is_saved_model(Kind kind) {
  return kind == Kind::kSavedModel || kind == Kind::kHub;
}

void add_graph(Json& json, const Graph& graph, Kind kind) {
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
  Json json{{"kind", to_string(description.kind)}};
  if (!description.format.empty()) json["format"] = description.format;
  if (!description.producer.empty()) json["producer"] = description.producer;
  add_graph(json, description.graph, description.kind);
  if (!description.other_graphs.empty()) {
    Json& others = json["other_graphs"] = Json::array();
    for (const Graph& graph : description.other_graphs) {
      Json other = Json::object();
      add_graph(other, graph, description.kind);
      others.push_back(std::move(other));
    }
  }
  Json& ops = json["ops"] = Json::array();
  for (const OpUse& use : description.ops) ops.push_back({{"name", use.name}, {"count", use.count}});
  Json& warnings = json["warnings"] = Json::array();
  for (const Warning& warning : description.warnings) {
    Json each{{"kind", to_string(warning.kind)}, {"text", warning.text}};
    if (!warning.op.empty()) each["op"] = warning.op;
    warnings.push_back(std::move(each));
  }
  json["assets"] = description.assets;
  Json& tensors = json["tensors"] = Json::array();
  for (const WeightTensor& tensor : description.tensors) tensors.push_back(json_of(tensor));
  json["parameter_count"] = description.parameter_count;
  json["tensor_bytes"] = description.tensor_bytes;
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tfhub::savedmodel
