// load() of tfhub/saved_model.h: from a handle to what runs.
#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "client/inspect.h"
#include "client/interruption.h"
#include "client/local_model.h"
#include "client/local_path.h"
#include "client/progress.h"
#include "os/file.h"
#include "protocol/handle.h"
#include "protocol/url.h"
#include "tensorflow/library.h"
#include "tensorflow/session.h"
#include "tfhub/saved_model.h"

namespace tfhub {
namespace {

using savedmodel::Description;
using savedmodel::Graph;
using savedmodel::Kind;

using Runner = SavedModel::Runner;

// Some operations read their assets only when they run: what was unpacked for a model stays as long as it
// does.
struct Unpacked {
  client::LocalModel files;
  std::shared_ptr<const Runner> runner;
};

std::string tags_text(const std::vector<std::string>& tags) {
  if (tags.empty()) return "none";
  std::string text;
  for (const std::string& tag : tags) text += (text.empty() ? "" : ",") + printable(tag);
  return text;
}

Result<Graph> graph_of(const std::string& path, Description& description,
                       const std::vector<std::string>& tags) {
  if (tags.empty()) return std::move(description.graph);
  const auto sorted = [](std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    return words;
  };
  std::vector<Graph> graphs = std::move(description.other_graphs);
  graphs.insert(graphs.begin(), std::move(description.graph));
  std::string there;
  for (Graph& graph : graphs) {
    if (sorted(graph.tags) == sorted(tags)) return std::move(graph);
    there += (there.empty() ? "" : "; ") + tags_text(graph.tags);
  }
  return fail(Code::kUsage, "{} has no graph with the tags {}; it has graphs with: {}", printable(path),
              tags_text(tags), there);
}

Result<void> check_io_device(const std::string& device) {
  static constexpr std::string_view kLocal = "/job:localhost";
  if (device.empty() || device == kLocal || device.starts_with(std::string(kLocal) + "/")) return {};
  return fail(Code::kUsage,
              "the files of a model are read by this process, not by {}; leave io_device empty or {}",
              printable(device), kLocal);
}

Result<std::shared_ptr<const Runner>> run_from(const std::string& path, const LoadOptions& options) {
  TFHUB_ASSIGN(Description description, client::describe_tree(path));
  if (description.kind == Kind::kTfLite || description.kind == Kind::kTfJs)
    return fail(Code::kUsage,
                "{} is a {} model, which TensorFlow does not run; load the SavedModel that it was made from",
                printable(path), description.kind == Kind::kTfJs ? "TF.js" : "TensorFlow Lite");
  TFHUB_ASSIGN(const Graph graph, graph_of(path, description, options.tags));
  TFHUB_ASSIGN(const tensorflow::CApi* api, tensorflow::library());
  return tensorflow::load_session(*api, path, graph);
}

}  // namespace

Result<SavedModel> load(const std::string& handle, const LoadOptions& options) {
  TFHUB_TRY(check_io_device(options.io_device));
  TFHUB_ASSIGN(const std::string path, resolve(handle, {.cache_dir = options.cache_dir,
                                                        .load_format = options.load_format,
                                                        .progress = options.progress}));
  if (protocol::classify(handle) != protocol::HandleKind::kPath || protocol::is_bucket_url(handle)) {
    TFHUB_ASSIGN(auto runner, run_from(path, options));
    return SavedModel(std::move(runner));
  }
  TFHUB_ASSIGN(const auto limits, archive::Limits::from_settings());
  client::ProgressAdapter progress(options.progress);
  client::WorkInProgress work;
  TFHUB_ASSIGN(client::LocalModel model,
               client::open_local_model(client::plain_path(path), limits, progress.get()));
  TFHUB_ASSIGN(auto runner, run_from(model.path, options));
  if (!model.unpacked) return SavedModel(std::move(runner));
  const auto kept = std::make_shared<const Unpacked>(Unpacked{std::move(model), std::move(runner)});
  return SavedModel(std::shared_ptr<const Runner>(kept, kept->runner.get()));
}

}  // namespace tfhub
