// How the options of `tfhub run` are declared.
#pragma once

#include "cli/arguments.h"

namespace CLI {
class App;
}

namespace tfhub::cli {

// What was typed is in `to` once `app` is parsed; it must outlive it.
void declare_run_options(CLI::App& app, RunArguments& to);

}  // namespace tfhub::cli
