// The library's errors as Python's exceptions.
#pragma once

#include "tfhub/result.h"

namespace tfhub::python {

// Raises the exception that tfhub/_errors.py has for the error's code.
[[noreturn]] void raise(const Error& error);

}  // namespace tfhub::python
