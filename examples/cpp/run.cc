// Loads a model by its handle, fills every input of a signature with zeros and tells what comes out: a batch
// of one where a dimension may have any size.
#include <tfhub/saved_model.h>

#include <cstddef>
#include <iostream>

namespace {

tfhub::Tensor zeros(const tfhub::TensorInfo& info) {
  std::vector<int64_t> shape = info.shape.value_or(std::vector<int64_t>{});
  size_t count = 1;
  for (int64_t& size : shape) {
    if (size < 0) size = 1;
    count *= static_cast<size_t>(size);
  }
  if (info.dtype == "string") return tfhub::Tensor::of<std::string>(shape, std::vector<std::string>(count));
  if (info.dtype == "int32") return tfhub::Tensor::of<int32_t>(shape, std::vector<int32_t>(count));
  if (info.dtype == "int64") return tfhub::Tensor::of<int64_t>(shape, std::vector<int64_t>(count));
  return tfhub::Tensor::of<float>(shape, std::vector<float>(count));
}

int failed(const tfhub::Error& error) {
  std::cerr << error.message() << "\n";
  return static_cast<int>(error.code());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: run HANDLE SIGNATURE\n";
    return 2;
  }
  const tfhub::Result<tfhub::SavedModel> model = tfhub::load(argv[1]);
  if (!model) return failed(model.error());
  const auto signature = model->signatures().find(argv[2]);
  if (signature == model->signatures().end()) {
    std::cerr << "there is no signature " << argv[2] << "\n";
    return 2;
  }
  tfhub::Tensors inputs;
  for (const auto& [name, info] : signature->second.inputs) inputs[name] = zeros(info);
  const tfhub::Result<tfhub::Tensors> outputs = model->run(argv[2], inputs);
  if (!outputs) return failed(outputs.error());
  for (const auto& [name, tensor] : *outputs)
    std::cout << name << " " << tensor.dtype() << " " << tensor.size() << "\n";
}
