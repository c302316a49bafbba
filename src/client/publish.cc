// publish(): everything is staged first, then one record put if absent makes it visible, then it is promoted
// (docs/architecture.md, "How publishing works").
#include <algorithm>

#include "archive/pack.h"
#include "base/difference.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/document_store.h"
#include "catalog/publication.h"
#include "catalog/store_format.h"
#include "client/interruption.h"
#include "client/progress.h"
#include "client/publication_input.h"
#include "client/staged_files.h"
#include "client/store_location.h"
#include "client/versions.h"
#include "os/file.h"
#include "protocol/keys.h"
#include "tfhub/hub.h"

namespace tfhub {
namespace {

constexpr size_t kPublishBuffer = 1 << 20;

using catalog::VersionRecord;

Error conflict(const VersionRecord& record, const store::ObjectStore& store, const std::string& how) {
  return Error(
      Code::kConflict,
      fmt::format(
          "{} is published in {} with other bytes ({}), and a version never changes; publish under the next "
          "version number",
          record.id.text(), store.url(), how));
}

// How the files differ by name or size already: then nothing needs to be packed to know it.
std::string difference_at_a_glance(const VersionRecord& there,
                                   const std::vector<archive::TreeEntry>& entries) {
  Manifest files;
  for (const auto& entry : entries)
    if (!entry.directory) files.push_back({entry.path, entry.size, {}});
  std::sort(files.begin(), files.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return difference(there.files, files);
}

// The archive and the single files, staged in one pass over the directory.
Result<void> stage_directory(store::ObjectStore& store, const std::vector<archive::TreeEntry>& entries,
                             VersionRecord& record, unsigned threads, Progress* progress) {
  TFHUB_ASSIGN(const auto archive, store.put(protocol::staging_archive_key(record.staging)));
  client::StagedFiles files(store, record.staging);
  TFHUB_ASSIGN(archive::Packed packed, archive::pack(entries, *archive, {threads, progress, &files}));
  TFHUB_TRY(archive->commit());
  record.files = std::move(packed.files);
  record.archive_size = packed.archive_size;
  record.archive_sha256 = packed.archive_sha256;
  return {};
}

// A .tflite is its own archive.
Result<void> stage_tflite(store::ObjectStore& store, const std::string& path, VersionRecord& record,
                          Progress* progress) {
  TFHUB_ASSIGN(const auto info, os::stat(path));
  TFHUB_ASSIGN(auto source, os::FileSource::open(path));
  TFHUB_ASSIGN(const auto writer, store.put(protocol::staging_archive_key(record.staging)));
  Sha256 digest;
  std::vector<std::byte> buffer(kPublishBuffer);
  for (;;) {
    TFHUB_TRY(check_interrupted());
    TFHUB_ASSIGN(const size_t size, source.read(buffer));
    if (size == 0) break;
    digest.update(Bytes(buffer).first(size));
    TFHUB_TRY(writer->write(Bytes(buffer).first(size)));
    record.archive_size += size;
    if (progress != nullptr)
      progress->update("publishing", record.archive_size, info ? std::optional(info->size) : std::nullopt);
  }
  TFHUB_TRY(writer->commit());
  record.archive_sha256 = digest.finish();
  // Named after the version, not after the publisher's file: the same bytes are the same content.
  record.files = {{client::tflite_file_name("tflite://store/" + record.id.text()), record.archive_size,
                   record.archive_sha256}};
  return {};
}

Result<catalog::Outcome> publish_input(const std::shared_ptr<store::ObjectStore>& shared,
                                       const client::PublicationInput& input, VersionRecord& record,
                                       const archive::Limits& limits, const PublishOptions& options,
                                       Progress* progress) {
  store::ObjectStore& store = *shared;
  std::vector<archive::TreeEntry> entries;
  if (input.kind != protocol::Kind::kTfLite) {
    const auto links = options.dereference ? archive::Links::kEverywhere : archive::Links::kInside;
    TFHUB_ASSIGN(entries, archive::list_tree(input.path, limits, links));
  }
  TFHUB_ASSIGN(const auto there, catalog::Catalog(shared).version(record.id));
  if (there && there->kind != input.kind) return fail(conflict(record, store, "a model of another kind"));
  if (there && !entries.empty())
    if (const std::string how = difference_at_a_glance(*there, entries); !how.empty())
      return fail(conflict(record, store, how));

  TFHUB_ASSIGN(catalog::StagingArea staging, catalog::StagingArea::create(store));
  record.staging = staging.token();
  if (input.kind == protocol::Kind::kTfLite) {
    TFHUB_TRY(stage_tflite(store, input.path, record, progress));
  } else {
    TFHUB_TRY(stage_directory(store, entries, record, options.threads, progress));
  }
  TFHUB_TRY(check_interrupted());
  TFHUB_ASSIGN(const catalog::Outcome outcome, catalog::commit(store, record));
  if (outcome == catalog::Outcome::kPublished) staging.release();
  return outcome;
}

}  // namespace

Result<Published> publish(const std::string& path, const std::string& name, const PublishOptions& options) {
  TFHUB_ASSIGN(auto id, protocol::VersionedName::parse(name));
  std::string document;
  if (!options.document.empty()) {
    TFHUB_ASSIGN(document, os::read_input(options.document, catalog::kMaxDocument));
    TFHUB_TRY(catalog::check_document(id, document));
  }
  TFHUB_ASSIGN(const auto limits, archive::Limits::from_settings());
  TFHUB_ASSIGN(const std::string location, client::store_location(options.store));
  client::ProgressAdapter progress(options.progress);
  client::WorkInProgress work;
  TFHUB_ASSIGN(const client::PublicationInput input, client::prepare_input(path, limits, progress.get()));
  TFHUB_ASSIGN(const auto store, client::open_hub_store(location, /*create=*/true));
  if (auto collected = catalog::collect_dead_staging(*store); !collected)
    warn("what dead publishers left in {} could not be removed: {}", store->url(),
         collected.error().message());

  VersionRecord record{
      .id = std::move(id),
      .kind = input.kind,
      .published = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
      .archive_size = 0,
      .archive_sha256 = {},
      .files = {},
      .staging = {}};
  TFHUB_ASSIGN(const auto outcome, publish_input(store, input, record, limits, options, progress.get()));
  if (auto marked = catalog::put_format(*store); !marked)
    warn("{} is published, but the store's format is not written down: {}", record.id.text(),
         marked.error().message());
  // The record is the commit: from here on the version stands, whatever happens to us. Whoever reads the
  // record can finish the promotion.
  if (outcome == catalog::Outcome::kPublished) {
    if (auto promoted = catalog::promote(*store, record); !promoted)
      warn("{} is published, but its files are still staged: {}; a server moves them", record.id.text(),
           promoted.error().message());
  }
  if (!document.empty()) TFHUB_TRY(catalog::put_document(*store, record.id, document));

  return Published{.name = record.id.text(),
                   .kind = std::string(protocol::to_string(record.kind)),
                   .store = store->url(),
                   .archive_size = record.archive_size,
                   .archive_sha256 = record.archive_sha256.hex(),
                   .files = record.files.size(),
                   .size = total_size(record.files),
                   .already_there = outcome == catalog::Outcome::kAlreadyThere};
}

}  // namespace tfhub
