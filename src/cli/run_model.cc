// run: from a handle to a prediction.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/interruption.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/latency.h"
#include "cli/model_inputs.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/silence.h"
#include "client/interruption.h"
#include "os/file.h"
#include "savedmodel/description.h"
#include "tensorflow/inputs.h"
#include "tensorflow/json_tensor.h"
#include "tensorflow/npy.h"

namespace tfhub::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDefaultSignature = "serving_default";

// TensorFlow tells stderr about itself at length: while it is opened whatever it is told, later by this
// level. What goes wrong it returns, too.
Result<SavedModel> load_quietly(const std::string& path, const LoadOptions& options) {
  if (logs(LogLevel::kDebug)) return load(path, options);
  ::setenv("TF_CPP_MIN_LOG_LEVEL", "3", /*overwrite=*/0);
  const Silence silence;
  return load(path, options);
}

Result<SavedModel> load_model(const RunArguments& arguments, bool quiet) {
  const LoadOptions& options = arguments.options;
  Result<std::string> path = fail(Code::kUnexpected, "nothing was resolved");
  {
    ProgressBar bar(quiet);
    path = resolve(
        arguments.handle,
        {.cache_dir = options.cache_dir, .load_format = options.load_format, .progress = bar.function()});
  }
  if (!path) return tl::unexpected(std::move(path).error());
  return load_quietly(*path, options);
}

Result<std::string> signature_name(const SavedModel& model, const std::string& asked) {
  const auto& signatures = model.signatures();
  std::string name = asked;
  if (name.empty()) {
    const bool alone = signatures.size() == 1 && !signatures.contains(kDefaultSignature);
    name = alone ? signatures.begin()->first : kDefaultSignature;
  }
  TFHUB_TRY(tensorflow::find_signature(signatures, name));
  return name;
}

// An output's name may hold a slash, a file's may not.
std::string file_of(const std::string& directory, std::string output) {
  for (size_t at = 0; (at = output.find('/', at)) != std::string::npos;) output.replace(at, 1, "%2F");
  return os::join(directory, output + ".npy");
}

Result<void> write_outputs(const std::string& directory, const Tensors& outputs) {
  TFHUB_TRY(os::make_directories(directory));
  for (const auto& [name, tensor] : outputs) {
    const auto file = tensorflow::write_npy(tensor);
    if (!file)
      return fail(file.error().code(), "the output '{}' is not written: {}", printable(name),
                  file.error().message());
    TFHUB_TRY(os::write_file_atomically(file_of(directory, name), as_bytes(*file)));
  }
  return {};
}

Result<Json> json_of(const std::string& signature, const Tensors& outputs) {
  Json all = Json::object();
  for (const auto& [name, tensor] : outputs) {
    TFHUB_ASSIGN(Json values, tensorflow::json_of(tensor));
    all[name] = {{"dtype", tensor.dtype()}, {"shape", tensor.shape()}, {"values", std::move(values)}};
  }
  return Json{{"signature", signature}, {"outputs", std::move(all)}};
}

std::string lines_of(const Tensors& outputs) {
  std::string lines;
  for (const auto& [name, tensor] : outputs)
    lines +=
        fmt::format("{} {} {}\n", printable(name), tensor.dtype(), savedmodel::shape_text(tensor.shape()));
  return lines;
}

Json json_of(const Latency& latency) {
  return {
      {"runs", latency.runs},        {"min_ms", latency.min * 1e3}, {"median_ms", latency.median * 1e3},
      {"p90_ms", latency.p90 * 1e3}, {"p99_ms", latency.p99 * 1e3}, {"runs_per_second", latency.throughput}};
}

std::string line_of(const Latency& latency) {
  return fmt::format(
      "latency of {} runs: min {:.3f} ms, median {:.3f} ms, p90 {:.3f} ms, p99 {:.3f} ms, {:.1f} runs/s\n",
      latency.runs, latency.min * 1e3, latency.median * 1e3, latency.p90 * 1e3, latency.p99 * 1e3,
      latency.throughput);
}

}  // namespace

Result<int> run_model(const RunArguments& arguments, bool quiet, bool json) {
  if (json && !arguments.output_dir.empty())
    return fail(Code::kUsage, "--json and --output-dir are two ways to get the values; give one of them");
  client::clean_up_on_signals();
  TFHUB_ASSIGN(const SavedModel model, load_model(arguments, quiet));
  TFHUB_ASSIGN(const std::string signature, signature_name(model, arguments.signature));
  TFHUB_ASSIGN(const Tensors inputs,
               read_inputs(arguments.inputs, signature, model.signatures().at(signature)));
  TFHUB_ASSIGN(const Tensors outputs, model.run(signature, inputs));
  std::optional<Latency> latency;
  if (arguments.benchmark > 0) {  // the run above has warmed it up
    TFHUB_ASSIGN(latency, measure(arguments.benchmark, [&]() -> Result<void> {
                   TFHUB_TRY(check_interrupted());
                   TFHUB_TRY(model.run(signature, inputs));
                   return {};
                 }));
  }
  if (!arguments.output_dir.empty()) TFHUB_TRY(write_outputs(arguments.output_dir, outputs));
  if (json) {
    TFHUB_ASSIGN(Json all, json_of(signature, outputs));
    if (latency) all["latency"] = json_of(*latency);
    print_json(all);
  } else {
    print(lines_of(outputs) + (latency ? line_of(*latency) : std::string()));
  }
  return 0;
}

}  // namespace tfhub::cli
