// Making and passing on errors (tfhub/result.h).
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>

#include "tfhub/result.h"

namespace tfhub {

// return fail(Code::kNotFound, "there is no model {} in {}", name, store);
template <typename... Args>
tl::unexpected<Error> fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error(code, fmt::format(format, std::forward<Args>(args)...)));
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// The error of a failed system call on `what` ("cannot open /x"): permission and read-only are kNotAllowed,
// absence is kNotFound, a full disk and the rest kUnexpected. The text names the cause and, where there is
// one, the way out.
Error system_error(int error_number, const std::string& what);
inline tl::unexpected<Error> fail_system(int error_number, const std::string& what) {
  return tl::unexpected<Error>(system_error(error_number, what));
}

}  // namespace tfhub

#define TFHUB_CONCAT_(a, b) a##b
#define TFHUB_CONCAT(a, b) TFHUB_CONCAT_(a, b)

// TFHUB_TRY(expr): leaves the function with the error of a failed Result<void> (or any Result whose value
// does not matter).
#define TFHUB_TRY(expr)                                          \
  do {                                                           \
    if (auto tfhub_result_ = (expr); !tfhub_result_)             \
      return ::tl::unexpected(std::move(tfhub_result_).error()); \
  } while (false)

// TFHUB_ASSIGN(auto fd, os::open_file(path)): the value, or leaves with the error.
#define TFHUB_ASSIGN(declaration, expr) \
  TFHUB_ASSIGN_(declaration, expr, TFHUB_CONCAT(tfhub_result_, __LINE__))
#define TFHUB_ASSIGN_(declaration, expr, result)                   \
  auto result = (expr);                                            \
  if (!result) return ::tl::unexpected(std::move(result).error()); \
  declaration = std::move(*result)
