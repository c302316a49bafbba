// resolve, pull, publish.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "client/interruption.h"

namespace tfhub::cli {
namespace {

using Json = nlohmann::ordered_json;

void print_path(const std::string& handle, const std::string& path, bool json) {
  if (json) return print_json(Json{{"handle", redacted(handle)}, {"path", path}});
  print(path + "\n");
}

}  // namespace

Result<int> run_resolve(const ResolveArguments& arguments, bool quiet, bool json) {
  client::clean_up_on_signals();
  ResolveOptions options = arguments.options;
  ProgressBar bar(quiet);
  options.progress = bar.function();
  TFHUB_ASSIGN(const std::string path, resolve(arguments.handle, options));
  print_path(arguments.handle, path, json);
  return 0;
}

Result<int> run_pull(const PullArguments& arguments, bool quiet, bool json) {
  client::clean_up_on_signals();
  PullOptions options = arguments.options;
  ProgressBar bar(quiet);
  options.progress = bar.function();
  TFHUB_ASSIGN(const std::string path, pull(arguments.handle, options));
  print_path(arguments.handle, path, json);
  return 0;
}

Result<int> run_publish(const PublishArguments& arguments, bool quiet, bool json) {
  client::clean_up_on_signals();
  PublishOptions options = arguments.options;
  Result<Published> published = fail(Code::kUnexpected, "nothing was published");
  {
    ProgressBar bar(quiet);
    options.progress = bar.function();
    published = publish(arguments.path, arguments.name, options);
  }
  if (!published) return tl::unexpected(published.error());
  if (json) {
    print_json(Json{{"name", published->name},
                    {"kind", published->kind},
                    {"store", published->store},
                    {"archive_size", published->archive_size},
                    {"archive_sha256", published->archive_sha256},
                    {"files", published->files},
                    {"size", published->size},
                    {"already_there", published->already_there}});
    return 0;
  }
  print(fmt::format("{} {} ({}, {} in {} file{}, sha256 {}) in {}\n",
                    published->already_there ? "already published, with the same bytes:" : "published",
                    published->name, published->kind, human_size(published->size), published->files,
                    published->files == 1 ? "" : "s", published->archive_sha256.substr(0, 16),
                    published->store));
  return 0;
}

}  // namespace tfhub::cli
