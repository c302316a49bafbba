#include "savedmodel/tflite.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "savedmodel/dtypes.h"
#include "savedmodel/flatbuffer.h"
#include "savedmodel/op_uses.h"

namespace tfhub::savedmodel {
namespace {

using flatbuffer::Table;
using flatbuffer::table_in;
using flatbuffer::Vector;

constexpr int32_t kCustom = 32;  // BuiltinOperator.CUSTOM: the name stands in custom_code

// The schema's TensorType, by number.
constexpr std::array<std::string_view, 21> kTypes{
    "float32", "float16",   "int32",  "uint8",   "int64",      "string", "bool",
    "int16",   "complex64", "int8",   "float64", "complex128", "uint64", "resource",
    "variant", "uint32",    "uint16", "int4",    "bfloat16",   "int2",   "uint4"};

std::string type_name(int8_t number) {
  // A negative one is as unknown as one that is too large.
  if (const auto index = static_cast<uint8_t>(number); index < kTypes.size())
    return std::string(kTypes[index]);
  return fmt::format("type {}", number);
}

// A tensor of a subgraph: what it is, and whether and where it has bytes of its own.
struct Tensor {
  TensorSpec spec;
  uint32_t buffer = 0;
};

class TfLiteReader {
 public:
  TfLiteReader(Bytes file, Budget& budget, Description& into) : file_(file), budget_(budget), into_(into) {}

  Result<void> read() {
    TFHUB_ASSIGN(const Table model, Table::root(file_, "TFL3"));
    TFHUB_ASSIGN(const auto version, model.scalar<uint32_t>(0, 0));
    if (version != 3) return fail(Code::kCorrupt, "its schema has version {}, not 3", version);
    TFHUB_TRY(read_operator_codes(model));
    TFHUB_ASSIGN(const std::string_view description, model.text(3));
    TFHUB_TRY(budget_.take(1, description.size()));
    into_.producer = description;
    TFHUB_ASSIGN(buffers_, model.tables(4));
    buffers_seen_.resize(buffers_.size);

    TFHUB_ASSIGN(const Vector subgraphs, model.tables(2));
    if (subgraphs.size == 0) return fail(Code::kCorrupt, "there is no graph in it");
    TFHUB_ASSIGN(const Vector signatures, model.tables(7));
    // All tensors of a subgraph, kept only as long as its signatures are read.
    for (uint32_t i = 0; i < subgraphs.size; ++i) {
      TFHUB_ASSIGN(const Table subgraph, table_in(subgraphs, i));
      TFHUB_ASSIGN(const std::vector<Tensor> tensors, read_tensors(subgraph));
      TFHUB_TRY(count_operators(subgraph));
      if (i == 0 && signatures.size == 0) TFHUB_TRY(add_main(subgraph, tensors));
      TFHUB_TRY(read_signatures(signatures, i, tensors));
    }
    into_.ops = ops_.uses();
    warn_of_operators();
    std::stable_sort(into_.graph.signatures.begin(), into_.graph.signatures.end(),
                     [](const Signature& a, const Signature& b) { return a.name < b.name; });
    std::stable_sort(into_.tensors.begin(), into_.tensors.end(),
                     [](const WeightTensor& a, const WeightTensor& b) { return a.name < b.name; });
    return {};
  }

 private:
  Result<void> read_operator_codes(const Table& model) {
    TFHUB_ASSIGN(const Vector codes, model.tables(1));
    for (uint32_t i = 0; i < codes.size; ++i) {
      TFHUB_ASSIGN(const Table code, table_in(codes, i));
      // The first field held one byte until there were more than 127 operators: the larger of the two counts.
      TFHUB_ASSIGN(const auto old_number, code.scalar<int8_t>(0, 0));
      TFHUB_ASSIGN(const auto new_number, code.scalar<int32_t>(3, 0));
      const int32_t number = std::max<int32_t>(old_number, new_number);
      TFHUB_ASSIGN(const std::string_view custom, code.text(1));
      TFHUB_TRY(budget_.take(1, custom.size()));
      codes_.push_back(number == kCustom ? std::string(custom) : builtin_operator_name(number));
      if (number == kCustom) custom_.insert(codes_.back());
    }
    return {};
  }

  Result<void> count_operators(const Table& subgraph) {
    TFHUB_ASSIGN(const Vector operators, subgraph.tables(3));
    TFHUB_TRY(budget_.take(operators.size));
    for (uint32_t i = 0; i < operators.size; ++i) {
      TFHUB_ASSIGN(const Table op, table_in(operators, i));
      TFHUB_ASSIGN(const auto code, op.scalar<uint32_t>(0, 0));
      if (code >= codes_.size())
        return fail(Code::kCorrupt, "an operator has the code {} of {}", code, codes_.size());
      TFHUB_TRY(ops_.add(codes_[code], budget_));
    }
    return {};
  }

  Result<std::vector<int64_t>> dimensions(const Table& tensor, uint16_t index) {
    TFHUB_ASSIGN(const Vector stored, tensor.vector(index, 4));
    if (stored.size > kMaxDimensions)
      return fail(Code::kCorrupt, "a shape has more than {} dimensions", kMaxDimensions);
    TFHUB_TRY(budget_.take(stored.size));
    std::vector<int64_t> shape;
    for (uint32_t i = 0; i < stored.size; ++i) {
      shape.push_back(stored.at<int32_t>(i));
      if (shape.back() < -1) return fail(Code::kCorrupt, "a shape has the dimension {}", shape.back());
    }
    return shape;
  }

  Result<std::optional<Quantization>> quantization(const Table& tensor, const std::string& dtype) {
    TFHUB_ASSIGN(const auto stored, tensor.table(4));
    if (!stored) return std::nullopt;
    TFHUB_ASSIGN(const Vector scales, stored->vector(2, 4));
    TFHUB_ASSIGN(const Vector zero_points, stored->vector(3, 8));
    if (scales.size == 0) return std::nullopt;  // only minimum and maximum, from training
    Quantization result;
    result.dtype = dtype;
    result.scales = scales.size;
    result.zero_points = zero_points.size;
    TFHUB_ASSIGN(result.dimension, stored->scalar<int32_t>(6, 0));
    if (scales.size == 1) result.scale = scales.at<float>(0);
    if (zero_points.size == 1) result.zero_point = zero_points.at<int64_t>(0);
    return result;
  }

  Result<std::vector<Tensor>> read_tensors(const Table& subgraph) {
    TFHUB_ASSIGN(const Vector stored, subgraph.tables(0));
    std::vector<Tensor> tensors;
    for (uint32_t i = 0; i < stored.size; ++i) {
      TFHUB_ASSIGN(const Table table, table_in(stored, i));
      Tensor tensor;
      TFHUB_ASSIGN(const std::string_view name, table.text(3));
      TFHUB_TRY(budget_.take(1, name.size()));
      tensor.spec.name = name;
      TFHUB_ASSIGN(const auto type, table.scalar<int8_t>(1, 0));
      tensor.spec.dtype = type_name(type);
      TFHUB_ASSIGN(tensor.buffer, table.scalar<uint32_t>(2, 0));
      TFHUB_ASSIGN(auto shape, dimensions(table, 0));
      TFHUB_TRY(add_weight(tensor, shape, table));
      // What may be resized is -1 here, where `shape` has 1.
      TFHUB_ASSIGN(auto dynamic, dimensions(table, 7));
      tensor.spec.shape = dynamic.empty() ? std::move(shape) : std::move(dynamic);
      TFHUB_ASSIGN(tensor.spec.quantization, quantization(table, tensor.spec.dtype));
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

  // Bytes of a buffer: in the file's tables, or behind them where the file has more than 2 GB.
  Result<uint64_t> buffer_size(uint32_t index) {
    if (index == 0) return 0;  // empty, by the schema
    if (index >= buffers_.size)
      return fail(Code::kCorrupt, "a tensor has the buffer {} of {}", index, buffers_.size);
    TFHUB_ASSIGN(const Table buffer, table_in(buffers_, index));
    TFHUB_ASSIGN(const Vector data, buffer.vector(0, 1));
    TFHUB_ASSIGN(const auto offset, buffer.scalar<uint64_t>(1, 0));
    TFHUB_ASSIGN(const auto size, buffer.scalar<uint64_t>(2, 0));
    if (offset <= 1) return data.size;
    if (offset > file_.size() || size > file_.size() - offset)
      return fail(Code::kCorrupt, "the buffer {} lies outside the file", index);
    return size;
  }

  // A tensor with bytes is a constant: a weight. Several may share one buffer, which counts once.
  Result<void> add_weight(const Tensor& tensor, const std::vector<int64_t>& shape, const Table& table) {
    TFHUB_ASSIGN(const uint64_t bytes, buffer_size(tensor.buffer));
    if (bytes == 0) return {};
    WeightTensor weight;
    weight.name = tensor.spec.name;
    weight.dtype = tensor.spec.dtype;
    weight.shape = shape;
    weight.bytes = bytes;
    TFHUB_TRY(budget_.take(1, weight.name.size()));
    TFHUB_ASSIGN(weight.quantization, quantization(table, weight.dtype));
    TFHUB_ASSIGN(const uint64_t elements, element_count(shape));
    if (!buffers_seen_[tensor.buffer]) {
      buffers_seen_[tensor.buffer] = true;
      if (__builtin_add_overflow(into_.tensor_bytes, bytes, &into_.tensor_bytes) ||
          (is_number(weight.dtype) &&
           __builtin_add_overflow(into_.parameter_count, elements, &into_.parameter_count)))
        return fail(Code::kCorrupt, "its tensors have more than 2^64 elements");
    }
    into_.tensors.push_back(std::move(weight));
    return {};
  }

  Result<TensorSpec> spec_at(const std::vector<Tensor>& tensors, int64_t index) {
    if (index < 0 || static_cast<uint64_t>(index) >= tensors.size())
      return fail(Code::kCorrupt, "there is no tensor {} of {}", index, tensors.size());
    const TensorSpec& spec = tensors[static_cast<size_t>(index)].spec;
    TFHUB_TRY(budget_.take(1 + spec.shape->size(), 2 * spec.name.size()));
    return spec;
  }

  // The tensors that a subgraph's field 1 (inputs) or 2 (outputs) lists. Names need not be unique.
  Result<std::vector<TensorSpec>> listed(const Table& subgraph, uint16_t field,
                                         const std::vector<Tensor>& tensors) {
    TFHUB_ASSIGN(const Vector indices, subgraph.vector(field, 4));
    std::vector<TensorSpec> specs;
    std::set<std::string> keys;
    for (uint32_t i = 0; i < indices.size; ++i) {
      TFHUB_ASSIGN(TensorSpec spec, spec_at(tensors, indices.at<int32_t>(i)));
      spec.key = keys.insert(spec.name).second ? spec.name : fmt::format("{}#{}", spec.name, i);
      specs.push_back(std::move(spec));
    }
    return specs;
  }

  Result<void> add_main(const Table& subgraph, const std::vector<Tensor>& tensors) {
    Signature signature;
    signature.name = "main";
    TFHUB_ASSIGN(signature.inputs, listed(subgraph, 1, tensors));
    TFHUB_ASSIGN(signature.outputs, listed(subgraph, 2, tensors));
    into_.graph.signatures.push_back(std::move(signature));
    return {};
  }

  Result<std::vector<TensorSpec>> mapped(const Table& signature, uint16_t field,
                                         const std::vector<Tensor>& tensors) {
    TFHUB_ASSIGN(const Vector maps, signature.tables(field));
    std::vector<TensorSpec> specs;
    std::set<std::string> keys;
    for (uint32_t i = 0; i < maps.size; ++i) {
      TFHUB_ASSIGN(const Table map, table_in(maps, i));
      TFHUB_ASSIGN(const std::string_view key, map.text(0));
      TFHUB_ASSIGN(const auto index, map.scalar<uint32_t>(1, 0));
      TFHUB_TRY(budget_.take(1, 2 * key.size()));
      TFHUB_ASSIGN(TensorSpec spec, spec_at(tensors, index));
      spec.key = key;
      if (!keys.insert(spec.key).second)
        return fail(Code::kCorrupt, "a signature has '{}' twice", printable(key));
      specs.push_back(std::move(spec));
    }
    return specs;
  }

  // The signatures of subgraph `number`.
  Result<void> read_signatures(const Vector& signatures, uint32_t number,
                               const std::vector<Tensor>& tensors) {
    TFHUB_TRY(budget_.take(signatures.size));
    for (uint32_t i = 0; i < signatures.size; ++i) {
      TFHUB_ASSIGN(const Table stored, table_in(signatures, i));
      TFHUB_ASSIGN(const auto subgraph, stored.scalar<uint32_t>(4, 0));
      if (subgraph != number) continue;
      Signature signature;
      TFHUB_ASSIGN(const std::string_view name, stored.text(2));
      TFHUB_TRY(budget_.take(1, name.size()));
      signature.name = name;
      if (!signature_names_.insert(signature.name).second)
        return fail(Code::kCorrupt, "it has the signature '{}' twice", printable(name));
      TFHUB_ASSIGN(signature.inputs, mapped(stored, 0, tensors));
      TFHUB_ASSIGN(signature.outputs, mapped(stored, 1, tensors));
      into_.graph.signatures.push_back(std::move(signature));
    }
    return {};
  }

  void warn_of_operators() {
    for (const OpUse& use : into_.ops) {
      if (!custom_.contains(use.name)) continue;
      // "Flex" and a TensorFlow operation: converted with SELECT_TF_OPS.
      if (use.name.starts_with("Flex") && is_tensorflow_op(use.name.substr(4))) {
        into_.warnings.push_back(
            {Warning::Kind::kFlexOp, use.name,
             fmt::format("{} is an operation of TensorFlow: the interpreter needs the Flex "
                         "delegate (select TF ops)",
                         use.name)});
      } else {
        into_.warnings.push_back({Warning::Kind::kCustomOp, use.name,
                                  fmt::format("{} is a custom operator: the interpreter needs the code that "
                                              "defines it",
                                              printable(use.name))});
      }
    }
  }

  Bytes file_;
  Budget& budget_;
  Description& into_;
  std::vector<std::string> codes_;
  std::set<std::string> custom_, signature_names_;
  Vector buffers_;
  std::vector<bool> buffers_seen_;
  OpUses ops_;
};

}  // namespace

Result<void> read_tflite(Bytes file, Budget& budget, Description& into) {
  return TfLiteReader(file, budget, into).read();
}

}  // namespace tfhub::savedmodel
