#include "server/router.h"

#include <fmt/format.h>

#include <exception>

#include "base/error.h"
#include "protocol/format.h"
#include "protocol/http.h"
#include "protocol/url.h"
#include "server/assets.h"
#include "server/downloads.h"
#include "server/json_api.h"
#include "server/model_subject.h"
#include "server/pages.h"
#include "server/problem.h"
#include "server/sitemap.h"

namespace tfhub::server {
namespace {

void answer_plain(std::string_view text, std::string_view type, Route route, Reply& reply) {
  reply.route = route;
  reply.set_body(std::string(text), type);
  reply.fields.append("Cache-Control: no-store\r\n");
}

void answer_readiness(Hub& hub, const Request& request, Reply& reply) {
  reply.route = Route::kHealth;
  if (const auto ready = hub.ready(); !ready)
    return answer_problem(request, 503, ready.error().message(), reply);
  answer_plain("ready\n", "text/plain; charset=utf-8", Route::kHealth, reply);
}

std::string disk_cache_metrics(const store::DiskCacheCounts& counts) {
  return fmt::format(
      "# HELP tfhub_disk_cache_hits_total Reads of model files that were on the disk.\n"
      "# TYPE tfhub_disk_cache_hits_total counter\n"
      "tfhub_disk_cache_hits_total {}\n"
      "# HELP tfhub_disk_cache_misses_total Reads of model files that were not, or not yet whole.\n"
      "# TYPE tfhub_disk_cache_misses_total counter\n"
      "tfhub_disk_cache_misses_total {}\n"
      "# HELP tfhub_disk_cache_evictions_total Files removed from the disk for lack of room.\n"
      "# TYPE tfhub_disk_cache_evictions_total counter\n"
      "tfhub_disk_cache_evictions_total {}\n"
      "# HELP tfhub_disk_cache_bytes Model files on the disk.\n# TYPE tfhub_disk_cache_bytes gauge\n"
      "tfhub_disk_cache_bytes {}\n",
      counts.hits, counts.misses, counts.evictions, counts.bytes);
}

void answer_metrics(Hub& hub, Reply& reply) {
  std::string text = hub.metrics.text();
  const auto snapshot = hub.catalog.snapshot();
  uint64_t versions = 0;
  for (const auto& [name, model] : snapshot->models) versions += model.versions.size();
  text += fmt::format(
      "# HELP tfhub_catalogue_models Models in the catalogue.\n# TYPE tfhub_catalogue_models gauge\n"
      "tfhub_catalogue_models {}\n"
      "# HELP tfhub_catalogue_versions Published versions.\n# TYPE tfhub_catalogue_versions gauge\n"
      "tfhub_catalogue_versions {}\n"
      "# HELP tfhub_catalogue_age_seconds Since the store's catalogue was last looked at.\n"
      "# TYPE tfhub_catalogue_age_seconds gauge\n"
      "tfhub_catalogue_age_seconds {:.3f}\n"
      "# HELP tfhub_ready Whether requests can be answered from the store, as /readyz says it.\n"
      "# TYPE tfhub_ready gauge\n"
      "tfhub_ready {}\n"
      "# HELP tfhub_open_files Model files kept open.\n# TYPE tfhub_open_files gauge\n"
      "tfhub_open_files {}\n"
      "# HELP tfhub_build_info What is running.\n# TYPE tfhub_build_info gauge\n"
      "tfhub_build_info{{version=\"{}\",compiler=\"{}\"}} 1\n",
      snapshot->models.size(), versions, hub.catalogue_age().count(), hub.ready() ? 1 : 0,
      hub.open_files.size(), TFHUB_VERSION, __VERSION__);
  if (hub.disk_cache != nullptr) text += disk_cache_metrics(hub.disk_cache->counts());
  answer_plain(text, "text/plain; version=0.0.4; charset=utf-8", Route::kMetrics, reply);
}

// Only who asks for JSON by name gets it: everybody else, programs included, gets the page.
bool wants_json(const Request& request) {
  return request.accept.find("application/json") != std::string_view::npos &&
         !protocol::prefers_html(request.accept);
}

void answer_subject(Hub& hub, const Request& request, const ModelSubject& subject, Reply& reply) {
  if (!wants_json(request)) return answer_model_page(hub, request, subject, reply);
  reply.route = Route::kApi;
  reply.add("Content-Location", fmt::format("/api/v1/models/{}/{}", subject.model->path, subject.version));
  answer_version_json(hub, request, subject, reply);
}

// A page that is no model's: a publisher's, a collection's.
bool answer_other_page(Hub& hub, const Request& request, const std::string& path, Reply& reply) {
  const auto overview = hub.site.overview();
  if (path.find('/') == std::string::npos && overview->publishers.contains(path)) {
    answer_publisher(hub, request, path, reply);
    return true;
  }
  const auto document = overview->documents->by_path.find(path);
  if (document != overview->documents->by_path.end() &&
      document->second->head.kind == documents::Kind::kCollection) {
    answer_collection(hub, request, document->second->head, reply);
    return true;
  }
  // Real documents write the plural, too.
  constexpr std::string_view kPlural = "/collections/";
  const size_t plural = path.find(kPlural);
  if (plural == std::string::npos) return false;
  std::string singular = path;
  singular.replace(plural, kPlural.size(), "/collection/");
  if (!overview->documents->by_path.contains(singular)) return false;
  reply.route = Route::kPage;
  reply.status = 301;
  reply.add("Location", "/" + protocol::percent_encode_path(singular));
  return true;
}

// A client asks for files that are not here; there may be a document.
void answer_no_files(Hub& hub, const Request& request, const std::string& path, Reply& reply) {
  const auto subject = listed_subject(*hub.site.overview(), path);
  if (!subject) return answer_no_model(request, path, reply);
  const auto& published = subject->model->published;
  answer_problem(request, 404,
                 fmt::format("This hub has the documentation of {}, but not its files{}.", path,
                             published.empty() ? std::string()
                                               : fmt::format("; the latest version with files is {}/{}",
                                                             subject->model->path, published.back())),
                 reply);
}

void answer_handle(Hub& hub, const Request& request, const std::string& path, Reply& reply) {
  const auto wanted = protocol::requested_format(request.query());
  if (!wanted) {
    const auto subject = find_subject(hub, path);
    if (!subject) return answer_failure(request, subject.error(), reply);
    if (*subject) return answer_subject(hub, request, **subject, reply);
    if (answer_other_page(hub, request, path, reply)) return;
  }
  const auto found = hub.catalog.find(path);
  if (!found) return answer_failure(request, found.error(), reply);
  if (!*found) return answer_no_files(hub, request, path, reply);
  if (wanted) return answer_download(hub, request, **found, *wanted, reply);
  answer_problem(request, 404,
                 fmt::format("There is no page {}; the files of {} are had with ?{}.", path,
                             (*found)->record->id.text(), protocol::query_of(protocol::Format::kFile)),
                 reply);
}

// Clients that are generated from /openapi.json escape the slashes of a model's name, which is one parameter
// of a path to them.
std::string with_api_slashes(std::string_view path) {
  std::string out(path);
  if (!path.starts_with("/api/v1/")) return out;
  for (const char* escaped : {"%2F", "%2f"})
    for (size_t at = out.find(escaped); at != std::string::npos; at = out.find(escaped, at))
      out.replace(at, 3, "/");
  return out;
}

void answer_gone(const Request& request, Reply& reply) {
  answer_problem(request, 503, "The store behind this hub is gone for the moment; try again in a while.",
                 reply);
  reply.add("Retry-After", "5");
}

void route(Hub& hub, const Request& request, Reply& reply) {
  if (request.method == Method::kOptions) return answer_options(reply);
  if (request.method == Method::kOther) return answer_wrong_method(request, reply);
  const auto clean = protocol::clean_path(with_api_slashes(request.path()));
  if (!clean)
    return answer_problem(
        request, 400,
        "The path is not one of a hub: it has an empty or dotted segment, or an escaped slash, "
        "backslash or control character.",
        reply);
  const std::string path = clean->substr(1);
  if (hub.is_gone() && path != "healthz" && path != "readyz" && path != "metrics" &&
      !path.starts_with("static/"))
    return answer_gone(request, reply);
  if (path.empty()) return answer_home(hub, request, reply);
  if (path == "healthz") return answer_plain("ok", "text/plain; charset=utf-8", Route::kHealth, reply);
  if (path == "readyz") return answer_readiness(hub, request, reply);
  if (path == "metrics") return answer_metrics(hub, reply);
  if (path == "openapi.json") return answer_openapi(hub, request, reply);
  if (path == "robots.txt") return answer_robots(hub, request, reply);
  if (path == "sitemap.xml") return answer_sitemap(hub, request, reply);
  if (path == "s") return answer_search(hub, request, reply);
  if (answer_asset(request, path, reply)) return;
  if (path.starts_with("api/v1/")) return answer_api(hub, request, std::string_view(path).substr(7), reply);
  answer_handle(hub, request, path, reply);
}

// A page shows what is inside a model, and a document as HTML. Making these for the first time may take a
// while.
bool makes_what_is_kept(Hub& hub, const Request& request) {
  if (protocol::requested_format(request.query()) || wants_json(request)) return false;
  const auto path = protocol::clean_path(request.path());
  if (!path) return false;
  const auto overview = hub.site.overview();
  const auto subject = listed_subject(*overview, path->substr(1));
  const auto document = overview->documents->by_path.find(
      subject ? fmt::format("{}/{}", subject->model->path, subject->version) : path->substr(1));
  if (document != overview->documents->by_path.end() &&
      hub.rendered_documents.find(document->second->body_sha256) == nullptr)
    return true;
  if (!subject) return false;
  const auto record = record_of(hub, *subject);
  return record && *record != nullptr && hub.inspections.find(**record) == nullptr;
}

}  // namespace

bool must_search(Hub& hub, const Request& request) {
  const std::string_view path = request.path();
  if (path != "/s" && path != "/api/v1/models") return false;
  const auto words = protocol::last_value(request.query(), "q");
  return words && !words->empty() && !hub.site.knows(*words);
}

void answer_too_many_searches(const Request& request, Reply& reply) {
  answer_problem(request, 503, "Too many searches wait here; try again in a moment.", reply);
  reply.add("Retry-After", "1");
}

bool may_block(Hub& hub, const Request& request) {
  if (request.method == Method::kOptions || request.method == Method::kOther) return false;
  if (must_search(hub, request)) return true;
  const std::string_view path = request.path();
  if (path == "/healthz" || path == "/readyz" || path == "/metrics" || path == "/openapi.json" ||
      path.starts_with("/static/"))
    return false;
  return hub.local == nullptr || makes_what_is_kept(hub, request);
}

void answer(Hub& hub, const Request& request, Reply& reply) {
  reply.reset();
  try {
    route(hub, request, reply);
    // The disk may have gone since the refresher looked: "not found" and "cannot be read" would be untrue.
    if ((reply.status == 404 || reply.status == 500) && hub.has_just_gone()) answer_gone(request, reply);
  } catch (const std::exception& error) {  // memory, a library: one request fails, the hub goes on
    answer_failure(request, Error(Code::kUnexpected, error.what()), reply);
  }
}

}  // namespace tfhub::server
