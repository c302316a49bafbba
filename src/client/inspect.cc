#include "client/inspect.h"

#include "base/error.h"
#include "base/text.h"
#include "client/bucket_tree.h"
#include "client/interruption.h"
#include "client/local_model.h"
#include "client/local_path.h"
#include "client/progress.h"
#include "protocol/handle.h"
#include "protocol/url.h"
#include "savedmodel/describe.h"

namespace tfhub {
namespace client {

Result<savedmodel::Description> describe_tree(const std::string& path) {
  if (!protocol::is_bucket_url(path)) return savedmodel::describe(savedmodel::LocalFiles(path));
  TFHUB_ASSIGN(const BucketTree tree, BucketTree::open(path));
  return savedmodel::describe(tree);
}

namespace {

Result<savedmodel::Description> describe_path(const std::string& path, const InspectOptions& options) {
  TFHUB_TRY(existing_path(path));
  if (!options.format.empty())
    return fail(Code::kUsage, "{} is a path, and has the format that it has; --format is for handles",
                printable(path));
  if (protocol::is_bucket_url(path)) return describe_tree(path);
  TFHUB_ASSIGN(const auto limits, archive::Limits::from_settings());
  ProgressAdapter progress(options.progress);
  WorkInProgress work;
  TFHUB_ASSIGN(const LocalModel model, open_local_model(plain_path(path), limits, progress.get()));
  return savedmodel::describe(savedmodel::LocalFiles(model.path));
}

}  // namespace

Result<savedmodel::Description> describe(const std::string& handle, const InspectOptions& options) {
  if (protocol::classify(handle) == protocol::HandleKind::kPath) return describe_path(handle, options);
  PullOptions pull_options;
  pull_options.cache_dir = options.cache_dir;
  pull_options.format = options.format;
  pull_options.progress = options.progress;
  TFHUB_ASSIGN(const std::string path, pull(handle, pull_options));
  return describe_tree(path);
}

}  // namespace client

Result<std::string> inspect(const std::string& handle, const InspectOptions& options) {
  TFHUB_ASSIGN(const auto description, client::describe(handle, options));
  return savedmodel::to_json(description);
}

}  // namespace tfhub
