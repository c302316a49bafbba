// One call into the library, as Python wants it: the interpreter runs on meanwhile, Ctrl-C is heard, progress
// is told.
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <optional>
#include <utility>

#include "errors.h"
#include "tfhub/hub.h"

namespace tfhub::python {

// Runs `work` in a thread of its own, with the GIL released, and gives it a progress function. This thread
// waits; every now and then it calls `progress` (a Python callable of what, bytes done and bytes in all, or
// None) and lets Python handle signals. What either raises stops the work, which removes what it staged, and
// is then raised here.
void run_aside(const nanobind::object& progress, const std::function<void(const ProgressFunction&)>& work);

// The value of `call(progress function)`, a Result; its error is raised as the exception of its code.
template <typename Call>
auto value_of(const nanobind::object& progress, Call call) {
  using Outcome = std::invoke_result_t<Call, const ProgressFunction&>;
  std::optional<Outcome> outcome;
  run_aside(progress, [&](const ProgressFunction& tell) { outcome = call(tell); });
  if (!*outcome) raise(outcome->error());
  if constexpr (!std::is_void_v<typename Outcome::value_type>) return std::move(**outcome);
}

}  // namespace tfhub::python
