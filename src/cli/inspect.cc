// inspect.
#include "client/inspect.h"

#include "base/error.h"
#include "cli/commands.h"
#include "cli/model_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "client/interruption.h"

namespace tfhub::cli {

Result<int> run_inspect(const InspectArguments& arguments, bool quiet, bool json) {
  client::clean_up_on_signals();
  InspectOptions options = arguments.options;
  Result<savedmodel::Description> description = fail(Code::kUnexpected, "nothing was read");
  {
    ProgressBar bar(quiet);
    options.progress = bar.function();
    description = client::describe(arguments.handle, options);
  }
  if (!description) return tl::unexpected(description.error());
  print(json ? savedmodel::to_json(*description) + "\n" : model_text(*description));
  return 0;
}

}  // namespace tfhub::cli
