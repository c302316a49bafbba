// Lists of models for people.
#include <fmt/format.h>

#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"
#include "server/html.h"
#include "server/links.h"
#include "server/model_query.h"
#include "server/pages.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

constexpr size_t kRowsAPage = 100;

std::string escape_query(std::string_view text) {
  std::string out = protocol::percent_encode_path(text);
  for (size_t at = 0; (at = out.find('/', at)) != std::string::npos;) out.replace(at, 1, "%2F");
  return out;
}

Result<std::string> row(Hub& hub, const catalog::ModelVersions& model) {
  TFHUB_ASSIGN(const auto record, hub.catalog.version({model.name, model.latest()}));
  const std::string name = escape_html(model.name.text());
  return fmt::format(
      "<tr><td><a href=\"/{0}\">{0}</a></td><td>{1}</td><td class=\"number\">{2}</td><td "
      "class=\"number\">{3}</td><td>{4}</td></tr>\n",
      name, record ? protocol::display_name(record->kind) : "", model.latest(),
      record ? human_size(record->archive_size) : "", record ? iso8601(record->published).substr(0, 10) : "");
}

std::string page_links(const ModelPage& page, std::string_view path, const ModelQuery& query) {
  if (page.pages < 2) return {};
  const auto link = [&](uint64_t number, std::string_view text) {
    const std::string words =
        query.words.empty() ? std::string() : fmt::format("q={}&amp;", escape_query(query.words));
    return fmt::format("<a href=\"{}?{}page={}\">{}</a>\n", path, words, number, text);
  };
  std::string links = "<nav aria-label=\"Pages\">\n";
  if (page.page > 1) links += link(page.page - 1, "Previous");
  links += fmt::format("<span>Page {} of {}</span>\n", page.page, page.pages);
  if (page.page < page.pages) links += link(page.page + 1, "Next");
  return links + "</nav>\n";
}

struct List {
  std::string path, title, heading, empty;  // the last two are HTML
  std::string alternate;
};

// `must_exist`: an empty list is a 404 with this sentence.
void answer_list(Hub& hub, const Request& request, const List& list, const ModelQuery& query,
                 std::string_view must_exist, Reply& reply) {
  reply.route = Route::kPage;
  const auto snapshot = hub.catalog.snapshot();
  const auto page = select_models(hub.catalog, *snapshot, query, kRowsAPage);
  if (!page) return answer_failure(request, page.error(), reply);
  if (page->total == 0 && !must_exist.empty()) return answer_problem(request, 404, must_exist, reply);
  std::string main = list.heading;
  if (page->models.empty()) {
    main += list.empty;
  } else {
    main += fmt::format(
        "<p class=\"quiet\">{} {}</p>\n<div class=\"wide\"><table>\n<thead><tr><th "
        "scope=\"col\">Model</th><th "
        "scope=\"col\">Format</th><th scope=\"col\">Version</th><th scope=\"col\">Size</th><th "
        "scope=\"col\">Published</th></tr></thead>\n<tbody>\n",
        page->total, page->total == 1 ? "model" : "models");
    for (const catalog::ModelVersions* model : page->models) {
      auto html = row(hub, *model);
      if (!html) return answer_failure(request, html.error(), reply);
      main += *html;
    }
    main += "</tbody>\n</table></div>\n";
    main += page_links(*page, list.path, query);
  }
  const std::string canonical = base_url(hub, request) + list.path;
  set_page(reply, "");
  answer_text(request, "text/html; charset=utf-8",
              frame_page({list.title, query.words, list.alternate, canonical}, main), reply);
}

std::optional<ModelQuery> parse_or_refuse(const Request& request, Reply& reply) {
  auto query = ModelQuery::parse(request.query());
  if (query) return *query;
  reply.route = Route::kPage;
  answer_problem(request, 400, query.error().message(), reply);
  return std::nullopt;
}

}  // namespace

void answer_home(Hub& hub, const Request& request, Reply& reply) {
  const auto query = parse_or_refuse(request, reply);
  if (!query) return;
  ModelQuery all;
  all.page = query->page;
  answer_list(hub, request,
              {"/", "TensorFlow Hub", "<h1>Models</h1>\n",
               "<p>Nothing is published here yet. Publish a model with</p>\n<pre><code>tfhub publish PATH "
               "publisher/model/1 --store STORE</code></pre>\n",
               "/api/v1/models"},
              all, "", reply);
}

void answer_publisher(Hub& hub, const Request& request, std::string_view publisher, Reply& reply) {
  auto query = parse_or_refuse(request, reply);
  if (!query) return;
  ModelQuery own;
  own.page = query->page;
  own.publisher = publisher;
  const std::string name = escape_html(publisher);
  answer_list(hub, request,
              {"/" + protocol::percent_encode_path(publisher), std::string(publisher) + " - TensorFlow Hub",
               fmt::format("<h1>{}</h1>\n", name), "<p>There is no such page.</p>\n",
               "/api/v1/models?publisher=" + escape_query(publisher)},
              own, "There is no publisher of this name here.", reply);
}

void answer_search(Hub& hub, const Request& request, Reply& reply) {
  const auto query = parse_or_refuse(request, reply);
  if (!query) return;
  answer_list(hub, request,
              {"/s", "Search - TensorFlow Hub", "<h1>Search</h1>\n", "<p>No model matches.</p>\n",
               "/api/v1/models?q=" + escape_query(query->words)},
              *query, "", reply);
}

}  // namespace tfhub::server
