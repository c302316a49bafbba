#include "server/json_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"
#include "server/downloads.h"
#include "server/json_text.h"
#include "server/links.h"
#include "server/model_subject.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kModelsAnAnswer = 50;

std::string digest_text(const Sha256Digest& digest) {
  return "sha256:" + digest.hex();
}

// What a list says of a model: enough to choose it.
Json summary(const Hub& hub, const Request& request, const site::Model& model) {
  Json json;
  json["name"] = model.path;
  json["publisher"] = model.publisher();
  json["versions"] = model.versions();
  json["latest"] = model.latest();
  json["downloadable"] = model.published;
  if (!model.format.empty()) json["kind"] = model.format;
  if (!model.description.empty()) json["description"] = model.description;
  for (const auto& [tag, values] : model.tags) json["tags"][tag] = values;
  if (!model.parent.empty()) json["parent"] = model.parent;
  if (model.record) {
    json["published"] = iso8601(model.record->published);
    json["size"] = model.record->archive_size;
  }
  json["url"] = base_url(hub, request) + "/" + model.path;
  return json;
}

void answer_list(Hub& hub, const Request& request, Reply& reply) {
  const auto query = site::ModelQuery::parse(request.query());
  if (!query) return answer_problem(request, 400, query.error().message(), reply);
  // A form of the pages may leave these empty; from a program that is a mistake.
  for (const char* name : {"format", "page"})
    if (const auto value = protocol::last_value(request.query(), name); value && value->empty())
      return answer_problem(request, 400, fmt::format("{} is empty; leave it out, or give a value.", name),
                            reply);
  const auto page = hub.site.select(*query, kModelsAnAnswer);
  if (!page) return answer_unfinished_search(request, page.error(), reply);
  Json models = Json::array();
  for (const site::ModelPointer& model : page->models) models.push_back(summary(hub, request, *model));
  const Json json = {
      {"models", std::move(models)}, {"page", page->page}, {"pages", page->pages}, {"total", page->total}};
  answer_text(request, "application/json", to_text(json), reply);
}

Json files_of(const catalog::VersionRecord& record) {
  Json files = Json::array();
  for (const FileEntry& file : record.files)
    files.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256.hex()}});
  return files;
}

void add_files(const Hub& hub, const catalog::VersionRecord& record, const std::string& url, Json& json) {
  Json downloads = Json::array();
  for (const protocol::Format format : formats_served(hub, record.kind)) {
    if (format == protocol::Format::kFile || format == protocol::Format::kTfJsFile)
      continue;  // one URL a file
    downloads.push_back({{"format", protocol::query_of(format)},
                         {"url", fmt::format("{}?{}", url, protocol::query_of(format))}});
  }
  json["published"] = iso8601(record.published);
  json["size"] = record.archive_size;
  json["digest"] = digest_text(record.archive_sha256);
  json["url"] = url;
  json["downloads"] = std::move(downloads);
  json["files"] = files_of(record);
}

// For who reads in place: which version a path lies in is known to the catalogue alone.
void answer_files(Hub& hub, const Request& request, const std::string& path, Reply& reply) {
  const auto found = hub.catalog.find(path);
  if (!found) return answer_failure(request, found.error(), reply);
  if (!*found) return answer_no_model(request, path, reply);
  const catalog::VersionRecord& record = *(*found)->record;
  const Json json = {{"name", record.id.name.text()},
                     {"version", record.id.version},
                     {"path", (*found)->rest},
                     {"files", files_of(record)}};
  answer_text(request, "application/json", to_text(json), reply);
}

}  // namespace

void answer_version_json(Hub& hub, const Request& request, const ModelSubject& subject, Reply& reply) {
  const site::Model& model = *subject.model;
  const std::string url = fmt::format("{}/{}/{}", base_url(hub, request), model.path, subject.version);
  const auto found = record_of(hub, subject);
  if (!found) return answer_failure(request, found.error(), reply);
  const catalog::RecordPointer& record = *found;
  Json json;
  json["name"] = model.path;
  json["version"] = subject.version;
  if (record) {
    json["kind"] = protocol::to_string(record->kind);
  } else if (!model.format.empty()) {
    json["kind"] = model.format;
  }
  if (!model.description.empty()) json["description"] = model.description;
  for (const auto& [tag, values] : model.tags) json["tags"][tag] = values;
  if (record) {
    add_files(hub, *record, url, json);
  } else {
    json["url"] = url;
    json["downloads"] = Json::array();
    json["files"] = Json::array();
  }
  answer_text(request, "application/json", to_text(json), reply);
}

void answer_api(Hub& hub, const Request& request, std::string_view rest, Reply& reply) {
  reply.route = Route::kApi;
  if (rest == "models") return answer_list(hub, request, reply);
  if (rest.starts_with("models/")) {
    const auto subject = find_subject(hub, std::string(rest.substr(7)));
    if (!subject) return answer_failure(request, subject.error(), reply);
    if (!*subject)
      return answer_problem(request, 404,
                            "There is no such model or version; /api/v1/models lists what there is.", reply);
    const ModelSubject& found = **subject;
    if (found.versioned) return answer_version_json(hub, request, found, reply);
    return answer_text(request, "application/json", to_text(summary(hub, request, *found.model)), reply);
  }
  if (rest.starts_with("files/")) return answer_files(hub, request, std::string(rest.substr(6)), reply);
  answer_problem(request, 404, "The API has no such path; /openapi.json describes it.", reply);
}

}  // namespace tfhub::server
