#include "server/json_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "server/downloads.h"
#include "server/json_text.h"
#include "server/links.h"
#include "server/model_query.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kModelsAPage = 50;

std::string digest_text(const Sha256Digest& digest) {
  return "sha256:" + digest.hex();
}

// What a list says of a model: enough to choose it, from the record of its latest version.
Result<Json> summary(Hub& hub, const Request& request, const catalog::ModelVersions& model) {
  Json json;
  json["name"] = model.name.text();
  json["publisher"] = model.name.publisher();
  json["versions"] = model.versions;
  json["latest"] = model.latest();
  TFHUB_ASSIGN(const auto record, hub.catalog.version({model.name, model.latest()}));
  if (record) {
    json["kind"] = protocol::to_string(record->kind);
    json["published"] = iso8601(record->published);
    json["size"] = record->archive_size;
  }
  json["url"] = base_url(hub, request) + "/" + model.name.text();
  return json;
}

void answer_list(Hub& hub, const Request& request, Reply& reply) {
  const auto query = ModelQuery::parse(request.query());
  if (!query) return answer_problem(request, 400, query.error().message(), reply);
  const auto snapshot = hub.catalog.snapshot();
  const auto page = select_models(hub.catalog, *snapshot, *query, kModelsAPage);
  if (!page) return answer_failure(request, page.error(), reply);
  Json models = Json::array();
  for (const catalog::ModelVersions* model : page->models) {
    auto json = summary(hub, request, *model);
    if (!json) return answer_failure(request, json.error(), reply);
    models.push_back(std::move(*json));
  }
  const Json json = {
      {"models", std::move(models)}, {"page", page->page}, {"pages", page->pages}, {"total", page->total}};
  answer_text(request, "application/json", to_text(json), reply);
}

void answer_model(Hub& hub, const Request& request, const catalog::VersionRecord& latest, Reply& reply) {
  const auto versions = hub.catalog.versions(latest.id.name);
  if (!versions) return answer_failure(request, versions.error(), reply);
  auto json =
      summary(hub, request, {latest.id.name, versions->empty() ? std::vector{latest.id.version} : *versions});
  if (!json) return answer_failure(request, json.error(), reply);
  answer_text(request, "application/json", to_text(*json), reply);
}

}  // namespace

void answer_version_json(Hub& hub, const Request& request, const catalog::VersionRecord& record,
                         Reply& reply) {
  Json files = Json::array();
  for (const FileEntry& file : record.files)
    files.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256.hex()}});
  const std::string url = base_url(hub, request) + path_of(record.id);
  Json downloads = Json::array();
  for (const protocol::Format format : formats_served(hub, record.kind)) {
    if (format == protocol::Format::kFile || format == protocol::Format::kTfJsFile)
      continue;  // one URL a file
    downloads.push_back({{"format", protocol::query_of(format)},
                         {"url", fmt::format("{}?{}", url, protocol::query_of(format))}});
  }
  Json json;
  json["name"] = record.id.name.text();
  json["version"] = record.id.version;
  json["kind"] = protocol::to_string(record.kind);
  json["published"] = iso8601(record.published);
  json["size"] = record.archive_size;
  json["digest"] = digest_text(record.archive_sha256);
  json["url"] = url;
  json["downloads"] = std::move(downloads);
  json["files"] = std::move(files);
  answer_text(request, "application/json", to_text(json), reply);
}

void answer_api(Hub& hub, const Request& request, std::string_view rest, Reply& reply) {
  reply.route = Route::kApi;
  if (rest == "models") return answer_list(hub, request, reply);
  if (rest.starts_with("models/")) {
    const auto found = hub.catalog.find(std::string(rest.substr(7)));
    if (!found) return answer_failure(request, found.error(), reply);
    if (*found && (*found)->rest.empty()) {
      const catalog::VersionRecord& record = *(*found)->record;
      return (*found)->versioned ? answer_version_json(hub, request, record, reply)
                                 : answer_model(hub, request, record, reply);
    }
    return answer_problem(request, 404,
                          "There is no such model or version; /api/v1/models lists what there is.", reply);
  }
  answer_problem(request, 404, "The API has no such path; /openapi.json describes it.", reply);
}

}  // namespace tfhub::server
