#include "tensorflow/library.h"

#include <dlfcn.h>

#include <array>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "tensorflow/locate.h"

namespace tfhub::tensorflow {
namespace {

// What the package of the wheel and the C library call themselves.
constexpr std::array kSonames = {"libtensorflow_cc.so.2", "libtensorflow.so.2"};

class Symbols {
 public:
  Symbols(void* library, const std::string& path) : library_(library), path_(path) {}

  template <typename Function>
  Result<void> find(const char* name, Function& function) const {
    void* address = dlsym(library_, name);
    if (address == nullptr)
      return fail(Code::kUnexpected,
                  "{} has no {}: it is no TensorFlow, or one older than 2.4; install a newer one, or name "
                  "another in {}",
                  printable(path_), name, settings::kTensorFlow.environment);
    function = reinterpret_cast<Function>(address);
    return {};
  }

 private:
  void* library_;
  const std::string& path_;
};

Result<CApi> functions_of(void* library, const std::string& path) {
  const Symbols symbols(library, path);
  CApi api{};
  TFHUB_TRY(symbols.find("TF_Version", api.Version));
  TFHUB_TRY(symbols.find("TF_NewStatus", api.NewStatus));
  TFHUB_TRY(symbols.find("TF_DeleteStatus", api.DeleteStatus));
  TFHUB_TRY(symbols.find("TF_GetCode", api.GetCode));
  TFHUB_TRY(symbols.find("TF_Message", api.Message));
  TFHUB_TRY(symbols.find("TF_NewTensor", api.NewTensor));
  TFHUB_TRY(symbols.find("TF_DeleteTensor", api.DeleteTensor));
  TFHUB_TRY(symbols.find("TF_TensorType", api.TensorType));
  TFHUB_TRY(symbols.find("TF_NumDims", api.NumDims));
  TFHUB_TRY(symbols.find("TF_Dim", api.Dim));
  TFHUB_TRY(symbols.find("TF_TensorByteSize", api.TensorByteSize));
  TFHUB_TRY(symbols.find("TF_TensorData", api.TensorData));
  TFHUB_TRY(symbols.find("TF_StringInit", api.StringInit));
  TFHUB_TRY(symbols.find("TF_StringCopy", api.StringCopy));
  TFHUB_TRY(symbols.find("TF_StringGetDataPointer", api.StringGetDataPointer));
  TFHUB_TRY(symbols.find("TF_StringGetSize", api.StringGetSize));
  TFHUB_TRY(symbols.find("TF_StringDealloc", api.StringDealloc));
  TFHUB_TRY(symbols.find("TF_NewGraph", api.NewGraph));
  TFHUB_TRY(symbols.find("TF_DeleteGraph", api.DeleteGraph));
  TFHUB_TRY(symbols.find("TF_GraphOperationByName", api.GraphOperationByName));
  TFHUB_TRY(symbols.find("TF_OperationNumOutputs", api.OperationNumOutputs));
  TFHUB_TRY(symbols.find("TF_NewSessionOptions", api.NewSessionOptions));
  TFHUB_TRY(symbols.find("TF_DeleteSessionOptions", api.DeleteSessionOptions));
  TFHUB_TRY(symbols.find("TF_LoadSessionFromSavedModel", api.LoadSessionFromSavedModel));
  TFHUB_TRY(symbols.find("TF_CloseSession", api.CloseSession));
  TFHUB_TRY(symbols.find("TF_DeleteSession", api.DeleteSession));
  TFHUB_TRY(symbols.find("TF_SessionRun", api.SessionRun));
  return api;
}

// A Python program has imported it: two TensorFlows in one process would fight.
Result<std::optional<CApi>> loaded_already() {
  for (const char* name : kSonames) {
    void* library = dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD);
    if (library == nullptr) continue;
    debug("TensorFlow is in this process already: {}", name);
    return functions_of(library, name);
  }
  return std::nullopt;
}

Result<CApi> find_and_open() {
  TFHUB_ASSIGN(const auto loaded, loaded_already());
  if (loaded) return *loaded;
  TFHUB_ASSIGN(const auto paths, candidates());
  std::optional<Error> first;
  for (const std::string& path : paths) {
    auto api = open_library(path);
    if (api) return api;
    debug("TensorFlow is not {}: {}", printable(path), api.error().message());
    if (!first) first = std::move(api).error();
  }
  if (!get(settings::kTensorFlow).empty()) return fail(std::move(*first));
  return fail(
      Error(Code::kNotFound, first->message())
          .in(fmt::format("running a model needs TensorFlow, which is not found; install it (pip install "
                          "tensorflow-cpu), or name its package folder in {}",
                          settings::kTensorFlow.environment)));
}

}  // namespace

Result<CApi> open_library(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return fail(Code::kUnexpected, "{} cannot be opened as TensorFlow: {}; name another one in {}",
                printable(path), printable(why != nullptr ? why : "no reason is given"),
                settings::kTensorFlow.environment);
  }
  return functions_of(library, path);
}

Result<const CApi*> library() {
  static std::mutex mutex;
  static std::optional<CApi> kept;
  const std::lock_guard lock(mutex);
  if (!kept) {
    TFHUB_ASSIGN(const CApi found, find_and_open());
    kept = found;
    debug("TensorFlow {}", kept->Version());
  }
  return &*kept;
}

}  // namespace tfhub::tensorflow
