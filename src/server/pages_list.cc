// Pages that list models: home, a publisher, a search.
#include <fmt/format.h>

#include "base/error.h"
#include "protocol/url.h"
#include "server/html.h"
#include "server/links.h"
#include "server/model_list.h"
#include "server/pages.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

constexpr size_t kModelsAPage = 100;
constexpr size_t kRecentShown = 8;
constexpr size_t kPublishersShown = 24;

std::optional<site::ModelQuery> parse_or_refuse(const Request& request, Reply& reply) {
  reply.route = Route::kPage;
  auto query = site::ModelQuery::parse(request.query());
  if (query) return std::move(*query);
  answer_problem(request, 400, query.error().message(), reply);
  return std::nullopt;
}

void answer_page(Hub& hub, const Request& request, PageFrame frame, std::string_view path,
                 std::string_view main, Reply& reply) {
  const std::string canonical = base_url(hub, request) + std::string(path);
  frame.canonical = canonical;
  set_page(reply, "");
  answer_text(request, "text/html; charset=utf-8", frame_page(frame, main), reply);
}

// The domains of tasks (image, text, …), each with its tasks that some model has.
std::string domains(const site::Overview& overview, const std::vector<site::Facet>& facets) {
  const auto vocabulary = overview.documents->vocabularies.by_key.find("task");
  if (vocabulary == overview.documents->vocabularies.by_key.end()) return {};
  std::map<std::string, std::string> lists;
  for (const site::Facet& facet : facets) {
    if (facet.key != "task") continue;
    for (const auto& [task, count] : facet.values) {
      const documents::Term* term = vocabulary->second.find(task);
      if (term == nullptr) continue;
      for (const std::string& domain : term->domains)
        lists[domain] += fmt::format(
            "<li><a href=\"/s?task={}\">{}</a> <span class=\"quiet\">{}</span></li>\n",
            escape_html(protocol::percent_encode_path(task)), escape_html(term->display_name), count);
    }
  }
  if (lists.empty()) return {};
  std::string html =
      "<section aria-labelledby=\"domains\">\n<h2 id=\"domains\">By task</h2>\n<div class=\"columns\">\n";
  for (const auto& [domain, list] : lists)
    html += fmt::format("<div><h3>{}</h3>\n<ul>\n{}</ul></div>\n", escape_html(domain), list);
  return html + "</div>\n</section>\n";
}

std::string publishers(const site::Overview& overview) {
  if (overview.publishers.empty()) return {};
  std::vector<std::pair<size_t, std::string_view>> order;
  for (const auto& [name, models] : overview.publishers) order.emplace_back(models.size(), name);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string html =
      "<section aria-labelledby=\"publishers\">\n<h2 id=\"publishers\">Publishers</h2>\n<ul "
      "class=\"inline\">\n";
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == kPublishersShown)
      html += "</ul>\n<details><summary>All publishers</summary>\n<ul class=\"inline\">\n";
    html +=
        fmt::format("<li>{}<a href=\"/{}\">{}</a> <span class=\"quiet\">{}</span></li>\n",
                    document_icon(overview.publisher_icon(order[i].second), 20), escape_html(order[i].second),
                    escape_html(overview.publisher_name(order[i].second)), order[i].first);
  }
  return html + (order.size() > kPublishersShown ? "</ul>\n</details>\n</section>\n" : "</ul>\n</section>\n");
}

std::string collections(const site::Overview& overview, std::string_view publisher) {
  std::string items;
  for (const site::DocumentPointer& collection : overview.collections)
    if (publisher.empty() || collection->head.publisher() == publisher)
      items +=
          fmt::format("<li><a href=\"/{}\">{}</a><p>{}</p></li>\n", escape_html(collection->head.url_path),
                      escape_html(collection->head.name), escape_html(collection->head.description));
  if (items.empty()) return {};
  return "<section aria-labelledby=\"collections\">\n<h2 id=\"collections\">Collections</h2>\n<ul "
         "class=\"models\">\n" +
         items + "</ul>\n</section>\n";
}

}  // namespace

void answer_home(Hub& hub, const Request& request, Reply& reply) {
  const auto query = parse_or_refuse(request, reply);
  if (!query) return;
  const auto overview = hub.site.overview();
  std::string main = "<h1>Models</h1>\n";
  if (overview->models.empty()) {
    main +=
        "<p>Nothing is published here yet. Publish a model with</p>\n<pre><code>tfhub publish PATH "
        "publisher/model/1 --store STORE</code></pre>\n";
    return answer_page(hub, request, {.title = "TensorFlow Hub", .alternate = "/api/v1/models"}, "/", main,
                       reply);
  }
  const auto all = hub.site.select({}, 1);
  if (!all) return answer_failure(request, all.error(), reply);
  main += fmt::format("<p class=\"quiet\"><a href=\"/s\">{}</a> of {}</p>\n",
                      count_of(overview->models.size(), "model"),
                      count_of(overview->publishers.size(), "publisher"));
  if (!overview->recent.empty()) {
    const std::span<const site::ModelPointer> recent(overview->recent);
    main += "<section aria-labelledby=\"recent\">\n<h2 id=\"recent\">Recently published</h2>\n" +
            model_list(*overview, recent.first(std::min(kRecentShown, recent.size()))) + "</section>\n";
  }
  main += domains(*overview, all->facets);
  main += publishers(*overview);
  main += collections(*overview, "");
  answer_page(hub, request, {.title = "TensorFlow Hub", .alternate = "/api/v1/models"}, "/", main, reply);
}

void answer_publisher(Hub& hub, const Request& request, std::string_view publisher, Reply& reply) {
  auto query = parse_or_refuse(request, reply);
  if (!query) return;
  query->publisher = publisher;
  const auto overview = hub.site.overview();
  if (!overview->publishers.contains(publisher))
    return answer_problem(request, 404, "There is no publisher of this name here.", reply);
  const auto page = hub.site.select(*query, kModelsAPage);
  if (!page) return answer_unfinished_search(request, page.error(), reply);
  const auto document = hub.site.document(std::string(publisher));
  if (!document) return answer_failure(request, document.error(), reply);

  const std::string name = overview->publisher_name(publisher);
  const std::string path = "/" + std::string(publisher);
  std::string main = fmt::format("<h1>{}{}</h1>\n", *document ? document_icon((*document)->icon_url, 40) : "",
                                 escape_html(name));
  if (*document) main += *hub.rendered_documents.get(**document);
  main += collections(*overview, publisher);
  main += fmt::format("<section aria-labelledby=\"models\">\n<h2 id=\"models\">{}</h2>\n",
                      count_of(page->total, "model"));
  main += model_list(*overview, page->models);
  site::ModelQuery others = *query;
  others.publisher.clear();  // the path says it
  main += page_links(others, *page, path) + "</section>\n";
  const std::string title = name + " - TensorFlow Hub";
  const std::string alternate = "/api/v1/models?publisher=" + std::string(publisher);
  answer_page(hub, request, {.title = title, .alternate = alternate}, path, main, reply);
}

void answer_search(Hub& hub, const Request& request, Reply& reply) {
  const auto query = parse_or_refuse(request, reply);
  if (!query) return;
  const auto overview = hub.site.overview();
  const auto page = hub.site.select(*query, kModelsAPage);
  if (!page) return answer_unfinished_search(request, page.error(), reply);
  const std::string heading = query->words.empty() ? "All models" : fmt::format("Search: {}", query->words);
  std::string main =
      fmt::format("<h1>{}</h1>\n<p class=\"quiet\" role=\"status\">{}</p>\n<div class=\"found\">\n",
                  escape_html(heading), count_of(page->total, "model"));
  main += filters(*overview, *query, *page, "/s");
  main += "<div>\n";
  main += page->models.empty()
              ? std::string("<p>No model matches. Try fewer words, or remove a filter.</p>\n")
              : model_list(*overview, page->models);
  main += page_links(*query, *page, "/s") + "</div>\n</div>\n";
  const std::string title = heading + " - TensorFlow Hub";
  const std::string alternate = "/api/v1/models?" + query->text(query->page);
  answer_page(hub, request, {.title = title, .search = query->words, .alternate = alternate}, "/s", main,
              reply);
}

}  // namespace tfhub::server
