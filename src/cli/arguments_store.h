// How the commands of `tfhub store` are declared.
#pragma once

#include "cli/arguments.h"

namespace CLI {
class App;
}

namespace tfhub::cli {

// Declares them below `app`; what was typed is in `to` and `json` once it is parsed. All three must outlive
// it.
void declare_store_commands(CLI::App& app, StoreArguments& to, bool& json);

}  // namespace tfhub::cli
