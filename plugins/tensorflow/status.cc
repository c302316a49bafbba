#include "status.h"

#include <dlfcn.h>

namespace tfhub::tensorflow {
namespace {

using SetStatus = void (*)(TF_Status*, int code, const char* message);
SetStatus tensorflow_set_status = nullptr;

int code_of(Code code) {
  switch (code) {
    case Code::kUsage:  // a directory where a file is wanted, a path that is none
      return TF_FAILED_PRECONDITION;
    case Code::kNotFound:
      return TF_NOT_FOUND;
    case Code::kNetwork:
    case Code::kOffline:
      return TF_UNAVAILABLE;
    case Code::kCorrupt:
      return TF_DATA_LOSS;
    case Code::kNotAllowed:
      return TF_PERMISSION_DENIED;
    default:
      return TF_INTERNAL;
  }
}

}  // namespace

// Not linked: whoever loads us has it, and perhaps in a scope of its own, where only its own handle finds it.
bool find_tensorflow() {
  void* const library = dlopen("libtensorflow_framework.so.2", RTLD_LAZY | RTLD_NOLOAD);
  void* const address = dlsym(library != nullptr ? library : RTLD_DEFAULT, "TF_SetStatus");
  tensorflow_set_status = reinterpret_cast<SetStatus>(address);
  return address != nullptr;
}

void set_status(TF_Status* status, int code, const std::string& message) {
  tensorflow_set_status(status, code, message.c_str());
}

void set_status(TF_Status* status, const Error& error) {
  set_status(status, code_of(error.code()), error.message());
}

}  // namespace tfhub::tensorflow
