#include "server/downloads.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "catalog/publication.h"
#include "protocol/http.h"
#include "protocol/keys.h"
#include "server/links.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

using catalog::Found;
using catalog::VersionRecord;
using protocol::Format;

bool serves(const Hub& hub, protocol::Kind kind, Format format) {
  return protocol::has_format(kind, format) &&
         (format != Format::kUncompressed || !hub.uncompressed_base.empty());
}

// "acme_mobilenet_v2_1.tar.gz". Names hold nothing that needs quoting.
std::string file_name(const VersionRecord& record) {
  std::string name = protocol::archive_key(record.id, record.kind);
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

// Files of a version never change. What an unversioned handle stands for does: a minute old is fine for a
// cache on the way, and the answer names the version that it is.
std::string lifetime(const Hub& hub, const Request& request, const Found& found) {
  if (found.versioned) return "Cache-Control: public, max-age=31536000, immutable\r\n";
  const std::string path = path_of(found.record->id, found.rest);
  return fmt::format(
      "Cache-Control: public, max-age=60\r\n"
      "Content-Location: {}\r\n"
      "Link: <{}{}>; rel=\"canonical\"\r\n{}",
      path, base_url(hub, request), path,
      // What one client called this hub must not reach the next out of a shared cache.
      hub.options.public_url.empty() ? "Vary: Host\r\n" : "");
}

std::string shared_fields(const Hub& hub, const Request& request, const Found& found) {
  return fmt::format("Last-Modified: {}\r\n{}", protocol::http_date(found.record->published),
                     lifetime(hub, request, found));
}

void answer_archive(Hub& hub, const Request& request, const Found& found, Reply& reply) {
  const VersionRecord& record = *found.record;
  reply.route = Route::kArchive;
  Artefact archive;
  archive.name = record.id.text();
  archive.location = [&]() -> Result<std::string> {
    TFHUB_ASSIGN(std::string key, catalog::archive_location(*hub.store, record));
    if (key != protocol::archive_key(record.id, record.kind)) hub.promote_later(found.record);
    return key;
  };
  archive.size = record.archive_size;
  archive.sha256 = record.archive_sha256;
  archive.redirectable = true;
  archive.fields = fmt::format(
      "Content-Type: {}\r\n"
      "Content-Disposition: attachment; filename=\"{}\"\r\n{}",
      record.kind == protocol::Kind::kTfLite ? "application/octet-stream" : "application/gzip",
      file_name(record), shared_fields(hub, request, found));
  answer_artefact(hub, request, archive, reply);
}

// Only types that no browser runs: what publishers upload must not become a script of this origin.
std::string_view content_type_of(std::string_view path) {
  return path.ends_with(".json") ? "application/json" : "application/octet-stream";
}

void answer_file(Hub& hub, const Request& request, const Found& found, Format format, Reply& reply) {
  const VersionRecord& record = *found.record;
  reply.route = Route::kFile;
  const auto file = std::find_if(record.files.begin(), record.files.end(),
                                 [&](const FileEntry& entry) { return entry.path == found.rest; });
  if (file == record.files.end()) {
    std::string_view hint = "saved_model.pb";
    if (format == Format::kTfJsFile) {
      hint = "model.json";
    } else if (!record.files.empty()) {
      hint = record.files.front().path;
    }
    return answer_problem(
        request, 404,
        found.rest.empty() ? fmt::format("Name the file of {} before the query: /{}/{}?{}.", record.id.text(),
                                         record.id.text(), hint, protocol::query_of(format))
                           : fmt::format("{} has no such file; /api/v1/models/{} lists its files.",
                                         record.id.text(), record.id.text()),
        reply);
  }
  Artefact artefact;
  artefact.name = fmt::format("{}?{}", record.id.text(), file->path);
  artefact.location = [&] { return catalog::file_location(*hub.store, record, file->path); };
  artefact.size = file->size;
  artefact.sha256 = file->sha256;
  artefact.fields =
      fmt::format("Content-Type: {}\r\n{}", content_type_of(file->path), shared_fields(hub, request, found));
  if (format == Format::kFile) artefact.fields.append("Content-Disposition: attachment\r\n");
  answer_artefact(hub, request, artefact, reply);
}

// No Location: Python's urllib would follow it, and tensorflow_hub wants to see the 303 (protocol.md section
// 2).
void answer_uncompressed(Hub& hub, const Request& request, const Found& found, Reply& reply) {
  reply.route = Route::kUncompressed;
  const auto ready = hub.uncompressed_ready(found.record);
  if (!ready) return answer_failure(request, ready.error(), reply);
  if (!*ready) {
    answer_problem(request, 503,
                   fmt::format("The files of {} are on their way to {}; try again in a moment.",
                               found.record->id.text(), hub.uncompressed_base),
                   reply);
    reply.add("Retry-After", "2");
    return;
  }
  reply.status = 303;
  reply.body.append(hub.uncompressed_base).append("/").append(protocol::uncompressed_key(found.record->id));
  reply.length = reply.body.size();
  reply.fields.append("Content-Type: text/plain; charset=utf-8\r\nCache-Control: public, max-age=300\r\n");
}

// Why nothing of what was asked for can be had, and what can.
std::string why_not_there(const Hub& hub, const VersionRecord& record,
                          const protocol::FormatRequest& wanted) {
  const bool only_base_is_missing =
      std::any_of(wanted.accepted.begin(), wanted.accepted.end(), [&](Format format) {
        return format == Format::kUncompressed && protocol::has_format(record.kind, format);
      });
  if (only_base_is_missing)
    return fmt::format(
        "This hub was not told where its models can be read in place: start it with `tfhub serve "
        "--uncompressed-base gs://BUCKET/PATH`. {} can be had with {}.",
        record.id.text(), formats_in_words(hub, record.kind));
  return fmt::format("{} is a {} and has no format {}={}; it has {}.", record.id.text(),
                     protocol::display_name(record.kind), wanted.parameter, wanted.value.substr(0, 100),
                     formats_in_words(hub, record.kind));
}

}  // namespace

std::vector<Format> formats_served(const Hub& hub, protocol::Kind kind) {
  std::vector<Format> formats = protocol::formats_of(kind);
  std::erase_if(formats, [&](Format format) { return !serves(hub, kind, format); });
  return formats;
}

std::string formats_in_words(const Hub& hub, protocol::Kind kind) {
  std::string words;
  for (const Format format : formats_served(hub, kind)) {
    if (!words.empty()) words.append(", ");
    words.append(protocol::query_of(format));
  }
  return words;
}

void answer_download(Hub& hub, const Request& request, const Found& found,
                     const protocol::FormatRequest& wanted, Reply& reply) {
  const auto format = std::find_if(wanted.accepted.begin(), wanted.accepted.end(), [&](Format candidate) {
    return serves(hub, found.record->kind, candidate);
  });
  if (format == wanted.accepted.end())
    return answer_problem(request, 404, why_not_there(hub, *found.record, wanted), reply);
  const bool one_file = *format == Format::kFile || *format == Format::kTfJsFile;
  if (!one_file && !found.rest.empty())
    return answer_problem(request, 404,
                          fmt::format("There is no such model; /{} is one, and its files are had with {}.",
                                      found.record->id.text(), protocol::query_of(Format::kFile)),
                          reply);
  if (one_file) return answer_file(hub, request, found, *format, reply);
  if (*format == Format::kUncompressed) return answer_uncompressed(hub, request, found, reply);
  answer_archive(hub, request, found, reply);
}

}  // namespace tfhub::server
