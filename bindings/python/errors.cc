#include "errors.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace tfhub::python {

namespace nb = nanobind;

void raise(const Error& error) {
  const nb::object exception =
      nb::module_::import_("tfhub._errors")
          .attr("from_native")(static_cast<int>(error.code()), error.message(), error.chain());
  PyErr_SetObject(exception.type().ptr(), exception.ptr());
  throw nb::python_error();
}

}  // namespace tfhub::python
