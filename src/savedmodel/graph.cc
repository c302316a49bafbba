#include "savedmodel/graph.h"

#include <algorithm>
#include <map>

#include "savedmodel/object_graph.h"
#include "savedmodel/op_uses.h"
#include "savedmodel/tensor_proto.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using wire::Field;
using wire::for_each_field;

// TensorFlow's own marks, no signatures of the model (constants.py of tensorflow/python/saved_model).
constexpr std::string_view kInitOp = "__saved_model_init_op";
constexpr std::string_view kTrainOp = "__saved_model_train_op";

class GraphReader {
 public:
  GraphReader(Budget& budget, Description& into) : budget_(budget), into_(into) {}

  Result<void> read(Bytes saved_model) {
    std::vector<Graph> graphs;
    const Result<void> read = for_each_field(saved_model, [&](const Field& field) -> Result<void> {
      if (!field.is_message(2)) return {};
      TFHUB_TRY(budget_.take(1));
      TFHUB_ASSIGN(auto graph, meta_graph(field.bytes));
      graphs.push_back(std::move(graph));
      return {};
    });
    TFHUB_TRY(read);
    if (graphs.empty()) return fail(Code::kCorrupt, "there is no graph in it");

    const auto main = chosen(graphs);
    into_.graph = std::move(*main);
    graphs.erase(main);
    into_.other_graphs = std::move(graphs);
    into_.ops = ops_.uses();
    into_.warnings = ops_.warnings();
    std::sort(into_.assets.begin(), into_.assets.end());
    into_.assets.erase(std::unique(into_.assets.begin(), into_.assets.end()), into_.assets.end());
    return {};
  }

 private:
  static std::vector<Graph>::iterator chosen(std::vector<Graph>& graphs) {
    const auto served = std::find_if(graphs.begin(), graphs.end(), [](const Graph& graph) {
      return std::find(graph.tags.begin(), graph.tags.end(), "serve") != graph.tags.end();
    });
    if (served != graphs.end()) return served;
    const auto untagged =
        std::find_if(graphs.begin(), graphs.end(), [](const Graph& graph) { return graph.tags.empty(); });
    return untagged != graphs.end() ? untagged : graphs.begin();
  }

  Result<Graph> meta_graph(Bytes message) {
    Graph graph;
    std::map<std::string, Signature> signatures;  // sorted; of a repeated key the last counts
    TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_message(1)) return info(field.bytes, graph);
      if (field.is_message(2)) return graph_def(field.bytes);
      if (field.is_message(5)) {
        TFHUB_ASSIGN(const auto entry, wire::map_entry(field.bytes));
        if (entry.key == kInitOp || entry.key == kTrainOp) return {};
        TFHUB_ASSIGN(auto read, signature(entry.key, entry.value));
        signatures.insert_or_assign(read.name, std::move(read));
      }
      if (field.is_message(6)) return asset(field.bytes);
      if (field.is_message(7)) {
        graph.object_graph = true;
        TFHUB_ASSIGN(graph.functions, read_functions(field.bytes, budget_));
      }
      return {};
    }));
    for (auto& [name, read] : signatures) graph.signatures.push_back(std::move(read));
    return graph;
  }

  Result<void> info(Bytes message, Graph& graph) {
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (!field.is_text(4) && !field.is_text(5)) return {};
      TFHUB_TRY(budget_.take(1, field.bytes.size()));
      if (field.number == 4) {
        graph.tags.emplace_back(field.text());
      } else {
        graph.tensorflow_version = field.text();
      }
      return {};
    });
  }

  Result<Signature> signature(std::string_view name, Bytes message) {
    Signature signature;
    signature.name = name;
    std::map<std::string, TensorSpec> inputs, outputs;
    TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_message(1) || field.is_message(2)) {
        TFHUB_ASSIGN(const auto entry, wire::map_entry(field.bytes));
        TFHUB_ASSIGN(auto spec, read_tensor_info(entry.key, entry.value, budget_));
        (field.number == 1 ? inputs : outputs).insert_or_assign(spec.key, std::move(spec));
      }
      if (field.is_text(3)) signature.method = field.text();
      return {};
    }));
    TFHUB_TRY(budget_.take(1, signature.name.size() + signature.method.size()));
    for (auto& [key, spec] : inputs) signature.inputs.push_back(std::move(spec));
    for (auto& [key, spec] : outputs) signature.outputs.push_back(std::move(spec));
    return signature;
  }

  Result<void> asset(Bytes message) {
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (!field.is_text(2)) return {};
      TFHUB_TRY(budget_.take(1, field.bytes.size()));
      into_.assets.emplace_back(field.text());
      return {};
    });
  }

  Result<void> node(Bytes message) {
    std::string_view op;
    TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_text(2)) op = field.text();
      return {};
    }));
    return op.empty() ? Result<void>() : ops_.add(op, budget_);
  }

  Result<void> graph_def(Bytes message) {
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_message(1)) return node(field.bytes);
      if (!field.is_message(2)) return {};
      return for_each_field(field.bytes, [&](const Field& inner) -> Result<void> {
        return inner.is_message(1) ? function_def(inner.bytes) : Result<void>();
      });
    });
  }

  Result<void> function_def(Bytes message) {
    return for_each_field(message, [&](const Field& field) -> Result<void> {
      if (field.is_message(3)) return node(field.bytes);
      if (!field.is_message(1)) return {};
      return for_each_field(field.bytes, [&](const Field& inner) -> Result<void> {
        return inner.is_text(1) ? ops_.add_function(inner.text(), budget_) : Result<void>();
      });
    });
  }

  Budget& budget_;
  Description& into_;
  OpUses ops_;
};

}  // namespace

Result<void> read_graphs(Bytes saved_model, Budget& budget, Description& into) {
  return GraphReader(budget, into).read(saved_model);
}

}  // namespace tfhub::savedmodel
