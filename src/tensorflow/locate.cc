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

// Where an `import tensorflow` would find it; importing it takes seconds. Python is asked in isolated mode
// (-I): before this text is read it imports a dozen modules, and in any other mode files of these names in
// the current directory or in a relative entry of PYTHONPATH would be executed. What isolated mode leaves out
// of what the user has, the packages of the user and the absolute entries of PYTHONPATH, is only looked at.
constexpr const char* kAskPython =
    "import importlib.util, os, site, sys\n"
    "of_user = os.environ.get('PYTHONPATH', '').split(os.pathsep)\n"
    "of_user = [entry for entry in of_user if os.path.isabs(entry)]\n"
    "if sys.prefix == sys.base_prefix: sys.path.append(site.getusersitepackages())\n"
    "sys.path[:] = of_user + [entry for entry in sys.path if os.path.isabs(entry)]\n"
    "found = importlib.util.find_spec('tensorflow')\n"
    "print(*(found and found.submodule_search_locations or []), sep='\\n')\n";

// That of the active environment, unless its place depends on the current directory; else the first in PATH.
std::string python() {
  const char* environment = std::getenv("VIRTUAL_ENV");
  const bool usable = environment != nullptr && *environment == '/';
  return usable ? os::join(environment, "bin/python") : "python3";
}

std::vector<std::string> libraries_of_python() {
  std::vector<std::string> libraries;
  const auto folders = os::output_of({python(), "-I", "-c", kAskPython});
  if (!folders) {
    debug("{} does not say where TensorFlow is: {}", printable(python()), folders.error().message());
    return libraries;
  }
  for (std::string_view rest = *folders; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    // A program of that name that says something else is not led into the current directory.
    if (const std::string folder(rest.substr(0, end)); folder.starts_with('/'))
      if (const auto library = library_in(folder)) libraries.push_back(*library);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return libraries;
}

}  // namespace

Result<std::string> library_in(const std::string& path) {
  TFHUB_ASSIGN(const auto info, os::stat(path));
  if (info && info->type == os::FileInfo::Type::kFile) return path;
  if (info)
    for (const char* name : kInFolder) {
      std::string library = os::join(path, name);
      TFHUB_ASSIGN(const bool there, os::exists(library));
      if (there) return library;
    }
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
