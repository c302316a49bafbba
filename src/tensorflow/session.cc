#include "tensorflow/session.h"

#include <charconv>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "tensorflow/convert.h"
#include "tensorflow/runner.h"
#include "tensorflow/status.h"

namespace tfhub::tensorflow {
namespace {

using savedmodel::Graph;
using savedmodel::Signature;
using savedmodel::TensorSpec;

// Where a signature's tensors are in the graph, in the order of their keys.
struct Bound {
  std::vector<TF_Output> inputs, outputs;
  std::vector<std::string> output_keys;
  std::string obstacle;  // why it cannot be run; empty: it can
};

std::map<std::string, TensorInfo> infos_of(const std::vector<TensorSpec>& specs) {
  std::map<std::string, TensorInfo> infos;
  for (const TensorSpec& spec : specs) infos.emplace(spec.key, TensorInfo{spec.dtype, spec.shape});
  return infos;
}

std::map<std::string, SignatureInfo> infos_of(const std::vector<Signature>& signatures) {
  std::map<std::string, SignatureInfo> infos;
  for (const Signature& signature : signatures)
    infos.emplace(signature.name, SignatureInfo{infos_of(signature.inputs), infos_of(signature.outputs)});
  return infos;
}

class Session final : public SavedModel::Runner {
 public:
  static Result<std::shared_ptr<const Session>> load(const CApi& api, const std::string& path,
                                                     const Graph& graph) {
    auto session = std::make_shared<Session>(api, graph);
    TFHUB_TRY(session->open(path, graph.tags));
    for (const Signature& signature : graph.signatures) {
      TFHUB_ASSIGN(auto bound, session->bind(path, signature));
      session->bound_.emplace(signature.name, std::move(bound));
    }
    return session;
  }

  Session(const CApi& api, const Graph& graph)
      : Runner(infos_of(graph.signatures)), api_(api), graph_(api.NewGraph(), api.DeleteGraph) {}

  ~Session() override {
    if (session_ == nullptr) return;
    const Status status(api_);
    api_.CloseSession(session_, status.get());
    api_.DeleteSession(session_, status.get());
  }

  Result<Tensors> run(const std::string& signature, const Tensors& inputs) const override {
    const Bound& bound = bound_.at(signature);
    if (!bound.obstacle.empty())
      return fail(Code::kUsage, "the signature {} cannot be run here: {}", printable(signature),
                  bound.obstacle);
    std::vector<TensorPointer> owned;
    std::vector<TF_Tensor*> values;
    for (const auto& [key, tensor] : inputs) {
      TFHUB_ASSIGN(TensorPointer value, to_tensorflow(api_, tensor));
      values.push_back(value.get());
      owned.push_back(std::move(value));
    }
    std::vector<TF_Tensor*> results(bound.outputs.size());
    const Status status(api_);
    api_.SessionRun(session_, nullptr, bound.inputs.data(), values.data(), static_cast<int>(values.size()),
                    bound.outputs.data(), results.data(), static_cast<int>(results.size()), nullptr, 0,
                    nullptr, status.get());
    if (!status.ok())
      return fail(status.error(fmt::format("TensorFlow cannot run {}", printable(signature)), Code::kUsage));
    return outputs_of(bound, results);
  }

 private:
  Result<void> open(const std::string& path, const std::vector<std::string>& tags) {
    std::vector<const char*> words;
    words.reserve(tags.size());
    for (const std::string& tag : tags) words.push_back(tag.c_str());
    const Status status(api_);
    const std::unique_ptr<TF_SessionOptions, void (*)(TF_SessionOptions*)> options(api_.NewSessionOptions(),
                                                                                   api_.DeleteSessionOptions);
    session_ =
        api_.LoadSessionFromSavedModel(options.get(), nullptr, path.c_str(), words.data(),
                                       static_cast<int>(words.size()), graph_.get(), nullptr, status.get());
    if (status.ok()) return {};
    return fail(status.error(fmt::format("TensorFlow {} cannot load {}", api_.Version(), printable(path)),
                             Code::kCorrupt));
  }

  Result<Bound> bind(const std::string& path, const Signature& signature) const {
    Bound bound;
    for (const TensorSpec& spec : signature.inputs) {
      TFHUB_TRY(bind(path, spec, bound, bound.inputs));
    }
    for (const TensorSpec& spec : signature.outputs) {
      TFHUB_TRY(bind(path, spec, bound, bound.outputs));
      bound.output_keys.push_back(spec.key);
    }
    return bound;
  }

  // "serving_default_x:0" is the output 0 of the operation before the colon.
  Result<void> bind(const std::string& path, const TensorSpec& spec, Bound& bound,
                    std::vector<TF_Output>& to) const {
    if (!spec.encoding.empty()) {
      bound.obstacle = fmt::format("'{}' is {}, not a plain tensor", printable(spec.key), spec.encoding);
      return {};
    }
    const size_t colon = spec.name.rfind(':');
    const std::string operation = spec.name.substr(0, colon);
    int index = 0;
    if (colon != std::string::npos)
      std::from_chars(spec.name.data() + colon + 1, spec.name.data() + spec.name.size(), index);
    TF_Operation* found = api_.GraphOperationByName(graph_.get(), operation.c_str());
    if (found == nullptr || index < 0 || index >= api_.OperationNumOutputs(found))
      return fail(Code::kCorrupt,
                  "a signature of {} names the tensor '{}', which its graph has not; export the model again",
                  printable(path), printable(spec.name));
    to.push_back({found, index});
    return {};
  }

  // Takes over all of `results`.
  Result<Tensors> outputs_of(const Bound& bound, const std::vector<TF_Tensor*>& results) const {
    std::vector<TensorPointer> owned;
    owned.reserve(results.size());
    for (TF_Tensor* result : results) owned.emplace_back(result, api_.DeleteTensor);
    Tensors outputs;
    for (size_t i = 0; i < owned.size(); ++i) {
      TFHUB_ASSIGN(outputs[bound.output_keys[i]], from_tensorflow(api_, std::move(owned[i])));
    }
    return outputs;
  }

  const CApi& api_;
  std::unique_ptr<TF_Graph, void (*)(TF_Graph*)> graph_;
  TF_Session* session_ = nullptr;
  std::map<std::string, Bound> bound_;
};

}  // namespace

Result<std::shared_ptr<const SavedModel::Runner>> load_session(const CApi& api, const std::string& path,
                                                               const Graph& graph) {
  TFHUB_ASSIGN(std::shared_ptr<const SavedModel::Runner> session, Session::load(api, path, graph));
  return session;
}

}  // namespace tfhub::tensorflow
