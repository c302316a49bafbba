// Models that run: loaded by their handle into TensorFlow, which is found when the first is loaded.
//
//   #include <tfhub/saved_model.h>
//   auto model = tfhub::load("https://hub.example.org/acme/mul/1");
//   if (!model) return fail(model.error().message());
//   auto outputs = model->run("serving_default", {{"x", tfhub::Tensor::of<float>({2}, {1, 2})}});
//   if (outputs) use(outputs->at("output_0").values<float>());
//
// TensorFlow 2.4 or newer; nothing of it is needed to build. It is the one that this process has loaded
// already (a Python program's), else the library or package folder that TFHUB_TENSORFLOW names, else that of
// the Python environment ($VIRTUAL_ENV's, or python3's), else the system's libtensorflow. It is opened once a
// process, out of sight of the rest. C++20.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tfhub/hub.h"
#include "tfhub/tensor.h"

namespace tfhub {

struct LoadOptions {
  // Of the graph to load, all of them. Empty: the graph tagged "serve", else the one without tags (as TF1 Hub
  // modules have it), else the first.
  std::vector<std::string> tags;
  // As tf.saved_model.LoadOptions.experimental_io_device. Files are read by this process, so that only
  // "/job:localhost", with or without a replica, a task and a CPU, makes sense.
  std::string io_device;
  std::string cache_dir;    // as in ResolveOptions
  std::string load_format;  // the same
  ProgressFunction progress;
};

struct TensorInfo {
  std::string dtype;
  // Nothing: the rank is not known. -1: a dimension that may have any size, a batch's for example.
  std::optional<std::vector<int64_t>> shape;
};
struct SignatureInfo {
  std::map<std::string, TensorInfo> inputs, outputs;
};

using Tensors = std::map<std::string, Tensor>;

// Cheap to copy: copies are the same model. The last one unloads it.
class TFHUB_API SavedModel {
 public:
  class Runner;  // what runs it
  explicit SavedModel(std::shared_ptr<const Runner> runner);

  const std::map<std::string, SignatureInfo>& signatures() const;

  // Any number of threads may run one model at once; what they share is its variables. All inputs of the
  // signature are needed. kUsage: there is no such signature, or an input is missing, unknown or of another
  // dtype or shape than wanted, naming it; what TensorFlow says against the values is kUsage too.
  Result<Tensors> run(const std::string& signature, const Tensors& inputs) const;

 private:
  std::shared_ptr<const Runner> runner_;
};

// `handle`: as for resolve(), or the path of a SavedModel or TF1 Hub directory or of an archive of one.
// Errors of resolve(); kUsage: not a model that TensorFlow runs, no graph with these tags, a wrong
// TFHUB_TENSORFLOW; kUnexpected: there is no TensorFlow; kCorrupt: it cannot be loaded.
TFHUB_API Result<SavedModel> load(const std::string& handle, const LoadOptions& options = {});

}  // namespace tfhub
