#include "cli/model_inputs.h"

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "tensorflow/inputs.h"
#include "tensorflow/json_tensor.h"
#include "tensorflow/npy.h"

namespace tfhub::cli {
namespace {

constexpr uint64_t kLargestFile = uint64_t{16} << 30;

// The same error, saying what it is about.
Result<Tensor> about(const std::string& what, Result<Tensor> tensor) {
  if (tensor) return tensor;
  Error error = std::move(tensor).error();
  return fail(error.code(), "{}: {}", printable(what), error.message());
}

Result<Tensor> read_file(const std::string& path) {
  TFHUB_ASSIGN(const std::string bytes, os::read_input(path, kLargestFile));
  return about(path, tensorflow::read_npy(as_bytes(bytes)));
}

}  // namespace

Result<Tensors> read_inputs(const std::vector<std::string>& words, const std::string& signature,
                            const SignatureInfo& wanted) {
  Tensors inputs;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(Code::kUsage,
                  "--inputs: '{}' is no input; write name=file.npy or name=JSON, such as x=[1,2]",
                  printable(word));
    const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
    if (inputs.contains(name)) return fail(Code::kUsage, "--inputs: '{}' is given twice", printable(name));
    if (value.ends_with(".npy")) {
      TFHUB_ASSIGN(inputs[name], read_file(value));
      continue;
    }
    const auto info = wanted.inputs.find(name);
    // What it should become is known of no other; the check says which there are.
    if (info == wanted.inputs.end()) {
      TFHUB_TRY(tensorflow::check_inputs(signature, wanted.inputs, {{name, Tensor()}}));
    }
    TFHUB_ASSIGN(inputs[name],
                 about("--inputs " + name, tensorflow::tensor_of_json(value, info->second.dtype)));
  }
  return inputs;
}

}  // namespace tfhub::cli
