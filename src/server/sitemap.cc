#include "server/sitemap.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "protocol/url.h"
#include "server/html.h"
#include "server/links.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

constexpr size_t kUrlsAPart = 50'000;
constexpr std::string_view kNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9";

std::string entry(const std::string& base, std::string_view element, std::string_view path) {
  return fmt::format("<{0}><loc>{1}/{2}</loc></{0}>\n", element, escape_html(base), escape_html(path));
}

}  // namespace

void answer_robots(const Hub& hub, const Request& request, Reply& reply) {
  reply.route = Route::kStatic;
  // Downloads are large, and searches without end.
  answer_text(
      request, "text/plain; charset=utf-8",
      fmt::format("User-agent: *\nDisallow: /s\nDisallow: /api/\nDisallow: /*?\n\nSitemap: {}/sitemap.xml\n",
                  base_url(hub, request)),
      reply);
}

void answer_sitemap(const Hub& hub, const Request& request, Reply& reply) {
  reply.route = Route::kStatic;
  const auto overview = hub.site.overview();
  std::vector<std::string_view> paths;
  for (const auto& [name, models] : overview->publishers) paths.push_back(name);
  for (const site::DocumentPointer& collection : overview->collections)
    paths.push_back(collection->head.url_path);
  for (const auto& [path, model] : overview->models) paths.push_back(path);
  const size_t parts = (paths.size() + kUrlsAPart - 1) / kUrlsAPart;

  const std::string part_text = protocol::last_value(request.query(), "part").value_or("");
  size_t part = 1;
  if (!part_text.empty()) {
    const auto [end, error] = std::from_chars(part_text.data(), part_text.data() + part_text.size(), part);
    if (error != std::errc() || end != part_text.data() + part_text.size() || part == 0 || part > parts)
      return answer_problem(request, 404, "The sitemap has no such part.", reply);
  }
  const std::string base = base_url(hub, request);
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  if (parts > 1 && part_text.empty()) {
    xml += fmt::format("<sitemapindex xmlns=\"{}\">\n", kNamespace);
    for (size_t number = 1; number <= parts; ++number)
      xml += entry(base, "sitemap", fmt::format("sitemap.xml?part={}", number));
    xml += "</sitemapindex>\n";
  } else {
    xml += fmt::format("<urlset xmlns=\"{}\">\n{}", kNamespace,
                       part == 1 ? entry(base, "url", "") : std::string());
    const size_t first = (part - 1) * kUrlsAPart;
    for (size_t i = first; i < std::min(first + kUrlsAPart, paths.size()); ++i)
      xml += entry(base, "url", paths[i]);
    xml += "</urlset>\n";
  }
  answer_text(request, "application/xml", std::move(xml), reply);
}

}  // namespace tfhub::server
