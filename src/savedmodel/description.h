// What a model says of itself: the same few structs for SavedModel, TF1 Hub, TF Lite and TF.js. Plain values;
// the readers of this folder fill them, docs/inspect.md describes their JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tfhub::savedmodel {

enum class Kind { kSavedModel, kHub, kTfLite, kTfJs };
std::string_view to_string(Kind kind);  // "saved_model", "hub", "tflite", "tfjs"

// How real numbers became small integers. TF Lite: real = scale * (stored - zero point), one pair a tensor or
// one a channel. TF.js: one scale and minimum.
struct Quantization {
  std::string dtype;  // what is stored
  uint64_t scales = 0, zero_points = 0;
  int32_t dimension = 0;        // the channels' dimension, where there is more than one scale
  std::optional<double> scale;  // where there is one
  std::optional<int64_t> zero_point;
};

// Nothing: the rank is unknown. A dimension of -1 is unknown. Empty: a scalar.
using Shape = std::optional<std::vector<int64_t>>;
constexpr size_t kMaxDimensions = 254;                      // TensorFlow's (tensor_shape.h, MaxDimensions)
std::string shape_text(const std::vector<int64_t>& shape);  // "(?, 43844, 1)"
std::string shape_text(const Shape& shape);                 // the same, or "any shape"

// One input or output.
struct TensorSpec {
  std::string key;    // what a caller names it
  std::string name;   // the tensor in the graph; may be empty
  std::string dtype;  // TensorFlow's name: "float32", "string"; empty: not known
  Shape shape;
  std::string encoding;  // "sparse", "composite" or a class name; empty: a plain tensor
  std::optional<Quantization> quantization;
};

struct Signature {
  std::string name;
  std::string method;                       // "tensorflow/serving/predict"; may be empty
  std::vector<TensorSpec> inputs, outputs;  // keys are unique
};

// A function that a loaded TF2 object has, such as __call__: one variant for each set of arguments it was
// traced with. Their names are empty.
struct Function {
  std::string name;
  std::vector<Signature> variants;
};

struct Graph {
  std::vector<std::string> tags;
  std::string tensorflow_version;     // that wrote it
  bool object_graph = false;          // TF2 objects can be restored from it
  std::vector<Signature> signatures;  // sorted by name
  std::vector<Function> functions;    // sorted by name
};

struct WeightTensor {
  std::string name;  // as the file has it
  std::string dtype;
  std::vector<int64_t> shape;
  uint64_t bytes = 0;             // as stored
  std::optional<uint32_t> shard;  // of variables.data-NNNNN-of-…; none where it is cut into slices
  std::optional<Quantization> quantization;
};

struct OpUse {
  std::string name;
  uint64_t count = 0;
};

// Something to know before the model is run or relied upon.
struct Warning {
  enum class Kind { kPython, kFiles, kCustomOp, kFlexOp, kMissingFile, kTextGraph } kind;
  std::string op;    // the operation meant; may be empty
  std::string text;  // one sentence
};
std::string_view to_string(Warning::Kind kind);

struct Description {
  Kind kind = Kind::kSavedModel;
  std::string format;    // TF.js: "graph-model" or "layers-model"
  std::string producer;  // what wrote it, as the file says; may be empty
  // The graph that a loader takes: tagged "serve", else without tags, else the first.
  Graph graph;
  std::vector<Graph> other_graphs;
  std::vector<OpUse> ops;  // of all graphs and their functions; most used first
  std::vector<Warning> warnings;
  std::vector<std::string> assets;    // relative to assets/, sorted
  std::vector<WeightTensor> tensors;  // sorted by name
  uint64_t parameter_count = 0;       // numbers in `tensors`, strings not counted
  uint64_t tensor_bytes = 0;
};

// The text of docs/inspect.md, indented by two. What is no UTF-8 is replaced.
std::string to_json(const Description& description);

}  // namespace tfhub::savedmodel
