#include "tensorflow/status.h"

#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::tensorflow {
namespace {

Code code_of(int code, Code refused) {
  switch (code) {
    case TF_INVALID_ARGUMENT:
    case TF_NOT_FOUND:
    case TF_FAILED_PRECONDITION:
    case TF_OUT_OF_RANGE:
    case TF_UNIMPLEMENTED:
    case TF_DATA_LOSS:
      return refused;
    case TF_PERMISSION_DENIED:
      return Code::kNotAllowed;
    default:
      return Code::kUnexpected;
  }
}

}  // namespace

Error Status::error(const std::string& what, Code refused) const {
  const std::string_view message = api_.Message(status_.get());
  const std::string_view line = trim(message.substr(0, message.find('\n')));
  const Error all(code_of(code(), refused), printable(message, 4000));
  return Error(all).in(fmt::format("{}: {}", what, printable(line, 600)));
}

}  // namespace tfhub::tensorflow
