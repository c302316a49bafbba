#include "client/fetch.h"

#include <array>
#include <vector>

#include "archive/extract.h"
#include "base/error.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "client/bucket_archive.h"
#include "client/interruption.h"
#include "client/kept_part.h"
#include "client/origin.h"
#include "client/versions.h"
#include "os/file.h"
#include "protocol/url.h"
#include "savedmodel/check.h"

namespace tfhub::client {
namespace {

constexpr int kRestarts = 3;
constexpr size_t kDownloadBuffer = 256 << 10;

// Stores a .tflite as it comes. Its identifier is looked at, so that a login page is not kept as a model.
Result<Manifest> store_tflite(ByteSource& source, os::StagingDirectory& staging, const Artifact& artifact,
                              const FetchOptions& options, std::optional<uint64_t> total) {
  TFHUB_ASSIGN(const uint64_t limit, get_size(settings::kMaxModelSize));
  FileEntry file{.path = tflite_file_name(artifact.handle), .size = 0, .sha256 = {}};
  TFHUB_ASSIGN(const os::UniqueFd fd, staging.create_file(file.path));
  const std::string path = os::join(staging.path(), file.path);
  Sha256 digest;
  std::string head;
  std::vector<std::byte> buffer(kDownloadBuffer);
  for (;;) {
    TFHUB_ASSIGN(const size_t size, source.read(buffer));
    if (size == 0) break;
    const Bytes bytes = Bytes(buffer).first(size);
    if (head.size() < 64) head += as_text(bytes).substr(0, 64 - head.size());
    if (head.size() >= 8 && head.compare(4, 4, "TFL3") != 0) break;  // told below
    if (file.size + size > limit)
      return fail(Code::kCorrupt, "{} is larger than {} bytes; raise TFHUB_MAX_MODEL_SIZE if you trust it",
                  redacted(artifact.handle), limit);
    digest.update(bytes);
    TFHUB_TRY(os::write_all(fd.get(), bytes, path));
    file.size += size;
    if (options.progress != nullptr) options.progress->update("downloading", file.size, total);
  }
  if (head.size() < 8 || head.compare(4, 4, "TFL3") != 0)
    return fail(Code::kCorrupt,
                "{} answered with something that is no TensorFlow Lite model (it begins '{}')",
                redacted(artifact.handle), printable(head, 40));
  file.sha256 = digest.finish();
  return Manifest{file};
}

bool names_no_model(std::string_view handle) {
  const auto url = protocol::Url::parse(handle);
  return url && (url->path.empty() || url->path == "/");
}

Result<Manifest> store(ByteSource& content, std::optional<uint64_t> total, os::StagingDirectory& staging,
                       const Artifact& artifact, const FetchOptions& options, const std::string& url) {
  InterruptibleSource source(content);
  if (artifact.format == protocol::Format::kTfLite)
    return store_tflite(source, staging, artifact, options, total);
  archive::ExtractOptions extract_options;
  TFHUB_ASSIGN(extract_options.limits, archive::Limits::from_settings());
  extract_options.progress = options.progress;
  extract_options.archive_size = total;
  extract_options.name = redacted(url);
  auto extracted = archive::extract(source, staging, extract_options);
  if (!extracted && extracted.error().code() == Code::kCorrupt && names_no_model(artifact.handle))
    return fail(Code::kNotFound, "{} is a host, not a model; add /PUBLISHER/MODEL/VERSION to it",
                redacted(artifact.handle));
  TFHUB_TRY(extracted);
  // Kept as it is: tensorflow_hub keeps it so, too.
  if (const auto folder = savedmodel::model_inside(staging.path()))
    warn(
        "{} has no model at its root, but one in its folder {}; its publisher packed the folder instead of "
        "what is in "
        "it",
        redacted(artifact.handle), printable(*folder));
  return std::move(extracted->files);
}

// What the public finds not or may not read may be the user's. Nothing: there is no such way to it.
Result<std::optional<Fetched>> fetch_with_credentials(os::StagingDirectory& staging, const Artifact& artifact,
                                                      const FetchOptions& options) {
  TFHUB_ASSIGN(const auto url, bucket_origin(artifact.handle));
  if (!url) return std::nullopt;
  TFHUB_ASSIGN(const auto archive, open_bucket_archive(*url));
  if (!archive) return std::nullopt;
  TFHUB_ASSIGN(auto files, store(*archive->content, archive->size, staging, artifact, options, *url));
  return Fetched{std::move(files), {}};
}

bool may_be_private(const Error& error) {
  return error.code() == Code::kNotAllowed || error.code() == Code::kNotFound;
}

}  // namespace

Result<Fetched> fetch_into(os::StagingDirectory& staging, const Artifact& artifact,
                           const FetchOptions& options) {
  TFHUB_ASSIGN(const std::string url, origin_url(artifact.handle, artifact.format));
  TFHUB_ASSIGN(const transfer::HttpOptions http, transfer::HttpOptions::from_settings());
  KeptPart part(options.part);
  for (int restart = 0;; ++restart) {
    auto answer = transfer::get(url, http, part.held());
    if (!answer && may_be_private(answer.error())) {
      auto fetched = fetch_with_credentials(staging, artifact, options);
      if (fetched && *fetched) return std::move(**fetched);
      if (!fetched && answer.error().code() == Code::kNotAllowed) return fail(std::move(fetched).error());
    }
    TFHUB_ASSIGN(const auto download, std::move(answer));
    if (options.inspect) TFHUB_TRY(options.inspect(download->head(), url));
    part.begin(*download);
    KeepingSource keeping(*download, part);
    auto files = store(keeping, download->head().content_length(), staging, artifact, options, url);
    if (files) return Fetched{std::move(*files), std::string(download->head().header("etag"))};
    const Code why = files.error().code();
    // Of any other failure, of a disk that is full or bytes that are no model, nothing is worth keeping.
    if (download->worth_restarting() || !(interrupted() || why == Code::kNetwork)) part.discard();
    const bool curable = download->worth_restarting() || (download->held() > 0 && why == Code::kCorrupt);
    if (!curable || restart == kRestarts || interrupted()) return tl::unexpected(std::move(files).error());
    debug("{}; starting anew", files.error().message());
    TFHUB_TRY(staging.clear());
  }
}

}  // namespace tfhub::client
