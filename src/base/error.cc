#include "base/error.h"

#include <cerrno>
#include <system_error>

#include "base/secrets.h"

namespace tfhub {

Error::Error(Code code, std::string message) : code_(code), message_(std::move(message)) {
  message_ = without_secrets(message_);
}

Error Error::in(std::string message) && {
  chain_.insert(chain_.begin(), std::move(message_));
  message_ = std::move(message);
  message_ = without_secrets(message_);
  return std::move(*this);
}

Error system_error(int error_number, const std::string& what) {
  const std::string cause = std::generic_category().message(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
      return Error(Code::kNotAllowed, fmt::format("{}: permission denied", what));
    case EROFS:
      return Error(Code::kNotAllowed, fmt::format("{}: the file system is read-only", what));
    case ENOENT:
    case ENOTDIR:
      return Error(Code::kNotFound, fmt::format("{}: no such file or directory", what));
    case ENOSPC:
    case EDQUOT:
      return Error(Code::kUnexpected,
                   fmt::format("{}: the disk (or its quota) is full; free some space and try again", what));
    default:
      return Error(Code::kUnexpected, fmt::format("{}: {}", what, cause));
  }
}

}  // namespace tfhub
