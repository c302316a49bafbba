#include <cstdio>
#include <exception>
#include <type_traits>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "client/interruption.h"

namespace tfhub::cli {
namespace {

Result<int> dispatch(const Arguments& arguments) {
  return std::visit(
      [&](const auto& command) -> Result<int> {
        using Command = std::decay_t<decltype(command)>;
        if constexpr (std::is_same_v<Command, PrintArguments>) {
          print(command.text);
          return 0;
        } else if constexpr (std::is_same_v<Command, IncompleteArguments>) {
          std::fwrite(command.help.data(), 1, command.help.size(), stderr);
          return fail(Code::kUsage, "{}", command.missing);
        } else if constexpr (std::is_same_v<Command, SettingsArguments>) {
          return print_settings(arguments.json);
        } else if constexpr (std::is_same_v<Command, ServeArguments>) {
          return run_serve(command, arguments.quiet);
        } else if constexpr (std::is_same_v<Command, PublishArguments>) {
          return run_publish(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, ResolveArguments>) {
          return run_resolve(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, PullArguments>) {
          return run_pull(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, InspectArguments>) {
          return run_inspect(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, RunArguments>) {
          return run_model(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, DocsArguments>) {
          return run_docs(command, arguments.quiet, arguments.json);
        } else if constexpr (std::is_same_v<Command, StoreArguments>) {
          return run_store(command, arguments.quiet, arguments.json);
        } else {
          return run_cache(command, arguments.quiet, arguments.json);
        }
      },
      arguments.command);
}

int report(const Error& error, bool verbose) {
  print_error(error, verbose);
  return static_cast<int>(error.code());
}

}  // namespace

int run(int argc, const char* const* argv) {
  bool verbose = false;
  try {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return report(arguments.error(), false);
    verbose = arguments->verbose;
    if (arguments->quiet) {
      set_log_level(LogLevel::kError);
    } else if (verbose) {
      set_log_level(LogLevel::kDebug);
    }
    auto code = dispatch(*arguments);
    client::die_if_interrupted();
    if (code) {
      if (auto flushed = flush_stdout(); !flushed) code = tl::unexpected(flushed.error());
    }
    return code ? *code : report(code.error(), verbose);
  } catch (const std::bad_alloc&) {
    return report(Error(Code::kUnexpected, "there is not enough memory; close something and try again"),
                  verbose);
  } catch (const std::exception& error) {
    return report(Error(Code::kUnexpected, fmt::format("an unforeseen failure: {}", error.what())), verbose);
  }
}

}  // namespace tfhub::cli
