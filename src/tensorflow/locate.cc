#include "tensorflow/locate.h"

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "os/command.h"
#include "os/file.h"

namespace tfhub::tensorflow {
namespace {

// As the wheels and as the C library's archive have them.
constexpr std::array kInFolder = {"libtensorflow_cc.so.2", "libtensorflow.so.2", "libtensorflow.so",
                                  "lib/libtensorflow.so.2", "lib/libtensorflow.so"};
constexpr std::array kOfSystem = {"libtensorflow.so.2", "libtensorflow_cc.so.2", "libtensorflow.so"};

// Where an `import tensorflow` would find it; importing it takes seconds. The empty entry of sys.path is the
// current directory, where anything may lie.
constexpr const char* kAskPython =
    "import importlib.util, sys\n"
    "sys.path[:] = [entry for entry in sys.path if entry]\n"
    "found = importlib.util.find_spec('tensorflow')\n"
    "print(*(found and found.submodule_search_locations or []), sep='\\n')\n";

std::string python() {
  const char* environment = std::getenv("VIRTUAL_ENV");
  return environment != nullptr && *environment != '\0' ? os::join(environment, "bin/python") : "python3";
}

std::vector<std::string> libraries_of_python() {
  std::vector<std::string> libraries;
  const auto folders = os::output_of({python(), "-c", kAskPython});
  if (!folders) {
    debug("{} does not say where TensorFlow is: {}", printable(python()), folders.error().message());
    return libraries;
  }
  for (std::string_view rest = *folders; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto library = library_in(std::string(rest.substr(0, end)))) libraries.push_back(*library);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return libraries;
}

}  // namespace

Result<std::string> library_in(const std::string& path) {
  TFHUB_ASSIGN(const auto info, os::stat(path));
  if (info && info->type == os::FileInfo::Type::kFile) return path;
  if (info)
    for (const char* name : kInFolder)
      if (std::string library = os::join(path, name); os::exists(library)) return library;
  return fail(Code::kUsage,
              "{}: {}; give the folder of the Python package `tensorflow`, or TensorFlow's shared library",
              printable(path), info ? "no TensorFlow library is in it" : "no such file or directory");
}

Result<std::vector<std::string>> candidates() {
  if (const std::string chosen = get(settings::kTensorFlow); !chosen.empty()) {
    auto library = library_in(chosen);
    if (library) return std::vector{std::move(*library)};
    return fail(library.error().code(), "{}: {}", settings::kTensorFlow.environment,
                library.error().message());
  }
  std::vector<std::string> libraries = libraries_of_python();
  libraries.insert(libraries.end(), kOfSystem.begin(), kOfSystem.end());
  return libraries;
}

}  // namespace tfhub::tensorflow
