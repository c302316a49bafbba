#include "server/model_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "protocol/name.h"
#include "server/html.h"

namespace tfhub::server {
namespace {

constexpr size_t kValuesShown = 8;  // of a filter, before "more"
constexpr size_t kValuesAtMost = 60;

std::string title_of(std::string_view key) {
  if (key == "task") return "Task";
  if (key == "publisher") return "Publisher";
  if (key == "format") return "Format";
  if (key == "language") return "Language";
  if (key == "license") return "Licence";
  if (key == "dataset") return "Dataset";
  return "Architecture";
}

std::string value_name(const site::Overview& overview, std::string_view key, const std::string& value) {
  if (key == "publisher") return overview.publisher_name(value);
  if (key == "format") return format_name(value);
  return overview.documents->vocabularies.display_name(key, value);
}

std::string& value_in(site::ModelQuery& query, std::string_view key) {
  if (key == "publisher") return query.publisher;
  if (key == "format") return query.format;
  const auto found =
      std::find_if(query.tags.begin(), query.tags.end(), [&](const auto& tag) { return tag.first == key; });
  return found != query.tags.end() ? found->second : query.tags.emplace_back(key, "").second;
}

std::string link_to(const site::ModelQuery& query, std::string_view path, uint64_t page) {
  const std::string text = query.text(page);
  return escape_html(text.empty() ? std::string(path) : fmt::format("{}?{}", path, text));
}

std::string filter_value(const site::Overview& overview, const site::ModelQuery& query, std::string_view path,
                         const std::string& key, const std::string& value, size_t count) {
  site::ModelQuery narrowed = query;
  value_in(narrowed, key) = value;
  return fmt::format("<li><a href=\"{}\" rel=\"nofollow\">{}</a> <span class=\"quiet\">{}</span></li>\n",
                     link_to(narrowed, path, 1), escape_html(value_name(overview, key, value)), count);
}

}  // namespace

std::string format_name(std::string_view format) {
  if (format == "coral") return "Coral";
  const auto kind = protocol::parse_kind(format);
  return kind ? std::string(protocol::display_name(*kind)) : std::string();
}

std::string count_of(uint64_t count, std::string_view what) {
  const std::string digits = std::to_string(count);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return fmt::format("{} {}{}", grouped, what, count == 1 ? "" : "s");
}

std::string model_list(const site::Overview& overview, std::span<const site::ModelPointer> models) {
  std::string html = "<ul class=\"models\">\n";
  for (const site::ModelPointer& model : models) {
    html += fmt::format("<li>{1}<a href=\"/{0}\">{0}</a>", escape_html(model->path),
                        model->document ? document_icon(model->document->head.icon_url, 20) : "");
    if (!model->description.empty()) html += fmt::format("<p>{}</p>", escape_html(model->description));
    html += "<p class=\"facts\">";
    if (!model->format.empty())
      html += fmt::format("<span class=\"badge\">{}</span>", escape_html(format_name(model->format)));
    if (const auto tasks = model->tags.find("task"); tasks != model->tags.end())
      for (const std::string& task : tasks->second)
        html += fmt::format("<span>{}</span>",
                            escape_html(overview.documents->vocabularies.display_name("task", task)));
    if (model->record)
      html += fmt::format("<span>{}</span><span>{}</span>", human_size(model->record->archive_size),
                          iso8601(model->record->published).substr(0, 10));
    html += "</p></li>\n";
  }
  return html + "</ul>\n";
}

std::string filters(const site::Overview& overview, const site::ModelQuery& query,
                    const site::ModelPage& page, std::string_view path) {
  std::string html;
  bool any_chosen = false;
  for (const site::Facet& facet : page.facets) {
    site::ModelQuery copy = query;
    const std::string chosen = value_in(copy, facet.key);
    if (!chosen.empty()) {
      value_in(copy, facet.key).clear();
      any_chosen = true;
      html += fmt::format(
          "<h2>{0}</h2>\n<p class=\"chosen\">{1} <a href=\"{2}\" aria-label=\"Remove the filter "
          "{0}\">remove</a></p>\n",
          title_of(facet.key), escape_html(value_name(overview, facet.key, chosen)), link_to(copy, path, 1));
      continue;
    }
    if (facet.values.size() < 2) continue;  // it would leave what is there
    html += fmt::format("<h2>{}</h2>\n<ul>\n", title_of(facet.key));
    const size_t shown = std::min(facet.values.size(), kValuesAtMost);
    for (size_t i = 0; i < shown; ++i) {
      if (i == kValuesShown) html += "</ul>\n<details><summary>More</summary>\n<ul>\n";
      html += filter_value(overview, query, path, facet.key, facet.values[i].first, facet.values[i].second);
    }
    html += shown > kValuesShown ? "</ul>\n</details>\n" : "</ul>\n";
  }
  if (html.empty()) return html;
  return fmt::format(
      "<aside class=\"filters\" "
      "aria-label=\"Filters\">\n<details{}><summary>Filters</summary>\n{}</details>\n"
      "</aside>\n",
      any_chosen ? " open" : "", html);
}

std::string page_links(const site::ModelQuery& query, const site::ModelPage& page, std::string_view path) {
  if (page.pages < 2) return {};
  std::string html = "<nav class=\"pages\" aria-label=\"Pages\">\n";
  if (page.page > 1)
    html += fmt::format("<a href=\"{}\" rel=\"prev\">Previous</a>\n", link_to(query, path, page.page - 1));
  html += fmt::format("<span>Page {} of {}</span>\n", page.page, page.pages);
  if (page.page < page.pages)
    html += fmt::format("<a href=\"{}\" rel=\"next\">Next</a>\n", link_to(query, path, page.page + 1));
  return html + "</nav>\n";
}

}  // namespace tfhub::server
