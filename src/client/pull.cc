#include <array>

#include "base/error.h"
#include "base/text.h"
#include "client/bucket_tree.h"
#include "client/cached_model.h"
#include "client/interruption.h"
#include "client/local_path.h"
#include "client/open_cache.h"
#include "client/origin.h"
#include "client/output.h"
#include "client/progress.h"
#include "client/versions.h"
#include "os/file.h"
#include "protocol/handle.h"
#include "protocol/url.h"
#include "tfhub/hub.h"

namespace tfhub {
namespace {

using protocol::Format;

constexpr std::array kFormats{Format::kCompressed, Format::kTfLite, Format::kTfJsCompressed};

Result<std::optional<Format>> parse_format(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "tf") return Format::kCompressed;
  if (text == "tflite") return Format::kTfLite;
  if (text == "tfjs") return Format::kTfJsCompressed;
  return fail(Code::kUsage, "there is no format '{}'; write tf, tflite or tfjs", printable(text));
}

// The first format that the cache or, failing that, the host has.
Result<Format> find_format(cache::Cache& cache, const std::string& handle) {
  for (const Format format : kFormats) {
    client::CachedModel model(cache, format, nullptr);
    TFHUB_ASSIGN(const auto hit, cache.find(model.key(handle)));
    if (hit) return format;
  }
  TFHUB_ASSIGN(const bool is_offline, client::offline());
  if (is_offline) return fail(client::offline_error(handle, cache.directory()));
  TFHUB_ASSIGN(const auto http, transfer::HttpOptions::from_settings());
  for (const Format format : kFormats) {
    TFHUB_ASSIGN(const std::string url, client::origin_url(handle, format));
    TFHUB_ASSIGN(const auto response, transfer::fetch("HEAD", url, http));
    if (response.head.status / 100 == 2) return format;
    if (response.head.status != 404) break;  // HEAD is not answered here: the GET will tell
  }
  return Format::kCompressed;
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
  if (!protocol::is_bucket_url(directory)) return os::list_directory(directory);
  return client::BucketTree::open(directory).and_then([](const auto& tree) { return tree.list(); });
}

// A TF Lite model's tree is one file, and that is what was asked for.
Result<std::string> only_file(const std::string& directory) {
  TFHUB_ASSIGN(const auto names, names_in(directory));
  if (names.size() == 1) return names.front();
  return fail(
      Code::kCorrupt,
      "{} holds {} files where one .tflite was expected; `tfhub cache rm` the entry and fetch it again",
      printable(directory), names.size());
}

// Fills `staging` from the cache, or straight from the network when the cache has it not.
Result<void> stage(cache::Cache& cache, const client::Artifact& artifact, os::StagingDirectory& staging,
                   Progress* progress) {
  client::CachedModel model(cache, artifact.format, progress);
  TFHUB_ASSIGN(const auto hit, cache.find(model.key(artifact.handle)));
  if (hit) {
    TFHUB_ASSIGN(const std::string path, model.path_of_hit(artifact.handle, *hit));
    return client::copy_tree(path, staging, progress);
  }
  TFHUB_ASSIGN(const bool is_offline, client::offline());
  if (is_offline) return fail(client::offline_error(artifact.handle, cache.directory()));
  client::FetchOptions options;
  options.progress = progress;
  TFHUB_TRY(client::fetch_into(staging, artifact, options));
  return {};
}

Result<std::string> pull_to(cache::Cache* cache, const client::Artifact& artifact, const std::string& local,
                            const PullOptions& options, Progress* progress) {
  TFHUB_ASSIGN(const std::string output, client::check_output(options.output, options.force));
  client::WorkInProgress work;
  TFHUB_ASSIGN(os::StagingDirectory staging, client::stage_beside(output));
  work.watch(staging.path());
  if (cache != nullptr) {
    TFHUB_TRY(stage(*cache, artifact, staging, progress));
  } else {
    TFHUB_TRY(client::copy_tree(local, staging, progress));
  }
  TFHUB_TRY(check_interrupted());
  if (artifact.format == Format::kTfLite) {
    TFHUB_ASSIGN(const std::string name, only_file(staging.path()));
    TFHUB_TRY(client::place_file(staging, name, output, options.force));
  } else {
    TFHUB_TRY(client::place_directory(staging, output, options.force));
  }
  return options.output;
}

}  // namespace

Result<std::string> pull(const std::string& handle, const PullOptions& options) {
  TFHUB_ASSIGN(const std::optional<Format> wanted, parse_format(options.format));
  client::ProgressAdapter progress(options.progress);
  const protocol::HandleKind kind = protocol::classify(handle);
  if (kind == protocol::HandleKind::kPath) {
    TFHUB_ASSIGN(std::string path, client::existing_path(handle));
    if (options.output.empty()) return path;
    if (protocol::is_bucket_url(handle)) return pull_to(nullptr, {}, handle, options, progress.get());
    TFHUB_ASSIGN(const auto info, os::stat(client::plain_path(handle)));
    if (!info || info->type != os::FileInfo::Type::kDirectory)
      return fail(Code::kUsage, "{} is not a directory on this machine, so there is nothing to pull",
                  printable(handle));
    return pull_to(nullptr, {}, client::plain_path(handle), options, progress.get());
  }

  if (kind == protocol::HandleKind::kGcsArchive &&
      wanted.value_or(Format::kCompressed) != Format::kCompressed)
    return fail(Code::kUsage, "{} is an archive in a bucket; only --format tf fits it", printable(handle));
  TFHUB_ASSIGN(const auto cache, client::open_cache(options.cache_dir, progress.get()));
  client::Artifact artifact{handle, Format::kCompressed};
  if (wanted) {
    artifact.format = *wanted;
  } else if (kind == protocol::HandleKind::kHttp) {
    TFHUB_ASSIGN(artifact.format, find_format(*cache, handle));
  }
  if (!options.output.empty()) return pull_to(cache.get(), artifact, {}, options, progress.get());

  TFHUB_ASSIGN(std::string path, client::CachedModel(*cache, artifact.format, progress.get()).path(handle));
  if (artifact.format != Format::kTfLite) return path;
  TFHUB_ASSIGN(const std::string name, only_file(path));
  return os::join(path, name);
}

}  // namespace tfhub
