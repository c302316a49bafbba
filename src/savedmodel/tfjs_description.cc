#include "savedmodel/tfjs_description.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "savedmodel/dtypes.h"
#include "savedmodel/json_bounds.h"
#include "savedmodel/op_uses.h"

namespace tfhub::savedmodel {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxDepth = 200;  // nested Keras models are some ten deep each
constexpr size_t kMaxValues = 4 << 20;

// A member, or null where it or its object is not there.
const Json& member(const Json& object, const char* name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get_ref<const std::string&>() : std::string();
}

// protobuf's JSON writes 64-bit numbers as strings.
std::optional<int64_t> number_of(const Json& value) {
  if (value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX) return std::nullopt;
    return value.get<int64_t>();
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What TF.js 4.22 executes and TensorFlow does not have: its converter's own (tfjs-converter,
// src/operations/op_list).
constexpr std::array<std::string_view, 6> kTfJsOps{"Conv1D", "DepthwiseConv2d", "FusedDepthwiseConv2dNative",
                                                   "Ones",   "Prelu",           "Zeros"};

class TfJsReader {
 public:
  TfJsReader(const Json& model, Budget& budget, Description& into)
      : model_(model), budget_(budget), into_(into) {}

  Result<void> read() {
    const Json& topology = member(model_, "modelTopology");
    into_.format = text_of(member(model_, "format"));
    if (into_.format.empty())
      into_.format = member(topology, "node").is_array() ? "graph-model" : "layers-model";
    const std::string converter = text_of(member(model_, "convertedBy"));
    into_.producer = converter.empty() ? text_of(member(model_, "generatedBy")) : converter;
    TFHUB_TRY(budget_.take(2, into_.format.size() + into_.producer.size()));
    if (into_.format == "graph-model") {
      // The version of TensorFlow, or (of older converters) the address of a program.
      if (const std::string by = text_of(member(model_, "generatedBy"));
          !converter.empty() && !by.empty() && by[0] >= '0' && by[0] <= '9')
        into_.graph.tensorflow_version = by;
      TFHUB_TRY(read_graph(topology));
      TFHUB_TRY(read_signature());
    } else {
      TFHUB_TRY(read_layers(topology));
    }
    into_.ops = ops_.uses();
    return read_manifest();
  }

 private:
  // Graph models.

  Result<void> count_nodes(const Json& nodes) {
    if (!nodes.is_array()) return {};
    for (const Json& node : nodes) {
      const Json& op = member(node, "op");
      if (op.is_string()) TFHUB_TRY(ops_.add(op.get_ref<const std::string&>(), budget_));
    }
    return {};
  }

  Result<void> read_graph(const Json& topology) {
    TFHUB_TRY(count_nodes(member(topology, "node")));
    const Json& functions = member(member(topology, "library"), "function");
    if (functions.is_array())
      for (const Json& function : functions) {
        TFHUB_TRY(count_nodes(member(function, "nodeDef")));
        TFHUB_TRY(ops_.add_function(text_of(member(member(function, "signature"), "name")), budget_));
      }
    into_.warnings = ops_.warnings(kTfJsOps);
    return {};
  }

  Result<Shape> shape_of(const Json& stored) {
    const Json& unknown = member(stored, "unknownRank");
    if (unknown.is_boolean() && unknown.get<bool>()) return Shape();
    std::vector<int64_t> shape;
    const Json& dimensions = member(stored, "dim");
    if (dimensions.is_array()) {
      if (dimensions.size() > kMaxDimensions)
        return fail(Code::kCorrupt, "a shape has more than {} dimensions", kMaxDimensions);
      TFHUB_TRY(budget_.take(dimensions.size()));
      for (const Json& dimension : dimensions) {
        const auto size = number_of(member(dimension, "size")).value_or(0);
        if (size < -1) return fail(Code::kCorrupt, "a shape has the dimension {}", size);
        shape.push_back(size);
      }
    }
    return Shape(std::move(shape));
  }

  Result<std::vector<TensorSpec>> specs_of(const Json& stored) {
    std::vector<TensorSpec> specs;
    if (!stored.is_object()) return specs;
    for (const auto& [key, tensor] : stored.items()) {  // sorted
      TensorSpec spec;
      spec.key = key;
      spec.name = text_of(member(tensor, "name"));
      spec.dtype = dtype_name(std::string_view(text_of(member(tensor, "dtype"))));
      TFHUB_TRY(budget_.take(1, spec.key.size() + spec.name.size() + spec.dtype.size()));
      TFHUB_ASSIGN(spec.shape, shape_of(member(tensor, "tensorShape")));
      specs.push_back(std::move(spec));
    }
    return specs;
  }

  Result<void> read_signature() {
    const Json* stored = &member(model_, "signature");
    if (!stored->is_object()) stored = &member(member(model_, "userDefinedMetadata"), "signature");  // older
    if (!stored->is_object()) return {};
    Signature signature;
    signature.name = "default";
    TFHUB_ASSIGN(signature.inputs, specs_of(member(*stored, "inputs")));
    TFHUB_ASSIGN(signature.outputs, specs_of(member(*stored, "outputs")));
    into_.graph.signatures.push_back(std::move(signature));
    return {};
  }

  // Layers models: Keras' own JSON.

  // [null, 28, 28] -> -1, 28, 28; anything else: unknown.
  Result<Shape> keras_shape(const Json& stored) {
    if (!stored.is_array() || stored.size() > kMaxDimensions) return Shape();
    TFHUB_TRY(budget_.take(stored.size()));
    std::vector<int64_t> shape;
    for (const Json& dimension : stored) {
      const auto size = dimension.is_null() ? -1 : number_of(dimension).value_or(-1);
      shape.push_back(size < 0 ? -1 : size);
    }
    return Shape(std::move(shape));
  }

  Result<TensorSpec> keras_input(const Json& layer) {
    const Json& config = member(layer, "config");
    TensorSpec spec;
    spec.key = text_of(member(config, "name"));
    if (spec.key.empty()) spec.key = text_of(member(layer, "name"));
    spec.dtype = text_of(member(config, "dtype"));
    TFHUB_TRY(budget_.take(1, spec.key.size() + spec.dtype.size()));
    const Json& shape = member(config, "batch_input_shape");
    TFHUB_ASSIGN(spec.shape, keras_shape(shape.is_null() ? member(config, "batch_shape") : shape));
    return spec;
  }

  // output_layers: [["dense", 0, 0], …], or one such triple alone.
  Result<void> keras_outputs(const Json& stored, Signature& signature) {
    if (!stored.is_array()) return {};
    if (!stored.empty() && stored.front().is_string()) return keras_output(stored.front(), signature);
    for (const Json& each : stored)
      if (each.is_array() && !each.empty()) TFHUB_TRY(keras_output(each.front(), signature));
    return {};
  }
  Result<void> keras_output(const Json& name, Signature& signature) {
    TensorSpec spec;
    spec.key = text_of(name);
    TFHUB_TRY(budget_.take(1, spec.key.size()));
    signature.outputs.push_back(std::move(spec));
    return {};
  }

  Result<void> read_layers(const Json& topology) {
    const Json& wrapped = member(topology, "model_config");
    const Json& model = wrapped.is_object() ? wrapped : topology;
    const Json& config = member(model, "config");
    const Json& layers =
        config.is_array() ? config : member(config, "layers");  // a Sequential of old Keras: a list
    if (!layers.is_array()) return {};
    Signature signature;
    signature.name = "default";
    for (const Json& layer : layers) {
      const std::string type = text_of(member(layer, "class_name"));
      if (!type.empty()) TFHUB_TRY(ops_.add(type, budget_));
      const bool first = &layer == &layers.front() && !member(config, "output_layers").is_array();
      if (type == "InputLayer" ||
          (first && member(member(layer, "config"), "batch_input_shape").is_array())) {
        TFHUB_ASSIGN(auto input, keras_input(layer));
        signature.inputs.push_back(std::move(input));
      }
    }
    if (member(config, "output_layers").is_array()) {
      TFHUB_TRY(keras_outputs(member(config, "output_layers"), signature));
    } else if (!layers.empty()) {
      TFHUB_TRY(keras_output(member(member(layers.back(), "config"), "name"), signature));
    }
    make_keys_unique(signature.inputs);
    make_keys_unique(signature.outputs);
    into_.graph.signatures.push_back(std::move(signature));
    return {};
  }

  static void make_keys_unique(std::vector<TensorSpec>& specs) {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < specs.size(); ++i)
      if (!seen.emplace(specs[i].key, i).second) specs[i].key += fmt::format("#{}", i);
  }

  // Weights, of both.

  Result<void> read_manifest() {
    const Json& manifest = member(model_, "weightsManifest");
    if (!manifest.is_array()) return {};
    for (const Json& group : manifest) {
      const Json& weights = member(group, "weights");
      if (!weights.is_array()) continue;
      for (const Json& weight : weights) TFHUB_TRY(read_weight(weight));
    }
    std::stable_sort(into_.tensors.begin(), into_.tensors.end(),
                     [](const WeightTensor& a, const WeightTensor& b) { return a.name < b.name; });
    return {};
  }

  Result<void> read_weight(const Json& stored) {
    WeightTensor weight;
    weight.name = text_of(member(stored, "name"));
    weight.dtype = text_of(member(stored, "dtype"));
    TFHUB_TRY(budget_.take(1, weight.name.size() + weight.dtype.size()));
    const Json& shape = member(stored, "shape");
    if (!shape.is_array() || shape.size() > kMaxDimensions)
      return fail(Code::kCorrupt, "the weight {} has no shape", printable(weight.name));
    TFHUB_TRY(budget_.take(shape.size()));
    for (const Json& dimension : shape) weight.shape.push_back(number_of(dimension).value_or(-1));
    const Json& quantization = member(stored, "quantization");
    if (quantization.is_object()) {
      Quantization& to = weight.quantization.emplace();
      to.dtype = text_of(member(quantization, "dtype"));
      const Json& scale = member(quantization, "scale");
      if (scale.is_number()) {
        to.scale = scale.get<double>();
        to.scales = 1;
      }
    }
    TFHUB_ASSIGN(const uint64_t elements, element_count(weight.shape));
    // TF.js keeps complex numbers as two floats and quantised ones in the smaller type; the bytes of strings
    // are known only from the shards. Its bool takes a byte.
    const auto size = dtype_size(weight.quantization ? weight.quantization->dtype : weight.dtype);
    if (size && __builtin_mul_overflow(elements, *size, &weight.bytes))
      return fail(Code::kCorrupt, "the weight {} has more than 2^64 bytes", printable(weight.name));
    if (__builtin_add_overflow(into_.tensor_bytes, weight.bytes, &into_.tensor_bytes) ||
        (is_number(weight.dtype) &&
         __builtin_add_overflow(into_.parameter_count, elements, &into_.parameter_count)))
      return fail(Code::kCorrupt, "its weights have more than 2^64 bytes");
    into_.tensors.push_back(std::move(weight));
    return {};
  }

  const Json& model_;
  Budget& budget_;
  Description& into_;
  OpUses ops_;
};

}  // namespace

Result<void> read_tfjs(std::string_view model_json, Budget& budget, Description& into) {
  const JsonBounds bounds = json_bounds(model_json);
  if (bounds.depth > kMaxDepth) return fail(Code::kCorrupt, "it is nested more than {} deep", kMaxDepth);
  if (bounds.values > kMaxValues) return fail(Code::kCorrupt, "it has more than {} values", kMaxValues);
  const Json model = Json::parse(model_json, nullptr, /*allow_exceptions=*/false);
  if (!model.is_object()) return fail(Code::kCorrupt, "it is not a JSON object");
  return TfJsReader(model, budget, into).read();
}

}  // namespace tfhub::savedmodel
