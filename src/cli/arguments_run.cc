#include "cli/arguments_run.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace tfhub::cli {

void declare_run_options(CLI::App& app, RunArguments& to) {
  app.add_option("HANDLE", to.handle, "A URL, a gs:// archive or a path (a directory or an archive)")
      ->required()
      ->option_text(" ");
  app.add_option("--inputs", to.inputs,
                 "An input for each of the signature's: name=file.npy or name=JSON, such as x=[1,2]")
      ->option_text("NAME=VALUE...");
  app.add_option("--signature", to.signature, "Which one to run (default: serving_default, or the only one)")
      ->option_text("NAME");
  app.add_option("--tags", to.options.tags, "Of the graph to load (default: serve, or none)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("TAG,...");
  app.add_option("--output-dir", to.output_dir, "Write each output to DIR/<output>.npy")->option_text("DIR");
  app.add_option("--benchmark", to.benchmark, "Run it N times more, and show how long that takes")
      ->option_text("N");
  app.footer("Example: tfhub run https://hub.example.org/acme/mul/1 --inputs x=[1,2,3] --json");
}

}  // namespace tfhub::cli
