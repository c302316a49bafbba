#include "tfhub/saved_model.h"

#include "base/error.h"
#include "tensorflow/inputs.h"
#include "tensorflow/runner.h"

namespace tfhub {

SavedModel::SavedModel(std::shared_ptr<const Runner> runner) : runner_(std::move(runner)) {}

const std::map<std::string, SignatureInfo>& SavedModel::signatures() const {
  return runner_->signatures();
}

Result<Tensors> SavedModel::run(const std::string& signature, const Tensors& inputs) const {
  TFHUB_ASSIGN(const SignatureInfo* wanted, tensorflow::find_signature(signatures(), signature));
  TFHUB_TRY(tensorflow::check_inputs(signature, wanted->inputs, inputs));
  return runner_->run(signature, inputs);
}

}  // namespace tfhub
