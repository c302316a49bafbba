// What each command does with its arguments: calls the library or the server, prints the result. The value is
// the exit code of a run that printed its data.
#pragma once

#include "cli/arguments.h"

namespace tfhub::cli {

Result<int> run_serve(const ServeArguments& arguments, bool quiet);
Result<int> run_publish(const PublishArguments& arguments, bool quiet, bool json);
Result<int> run_resolve(const ResolveArguments& arguments, bool quiet, bool json);
Result<int> run_pull(const PullArguments& arguments, bool quiet, bool json);
Result<int> run_inspect(const InspectArguments& arguments, bool quiet, bool json);
Result<int> run_model(const RunArguments& arguments, bool quiet, bool json);
Result<int> run_cache(const CacheArguments& arguments, bool quiet, bool json);
Result<int> run_docs(const DocsArguments& arguments, bool quiet, bool json);
Result<int> run_store(const StoreArguments& arguments, bool quiet, bool json);
// The settings table: name, value in force, meaning.
Result<int> print_settings(bool json);

// The whole program: parses, runs, prints the error; the exit code.
int run(int argc, const char* const* argv);

}  // namespace tfhub::cli
