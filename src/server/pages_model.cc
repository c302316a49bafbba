// The documentation page of a handle: what it is, how to use it, what its document says, where its bytes are.
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"
#include "server/html.h"
#include "server/links.h"
#include "server/model_list.h"
#include "server/model_sections.h"
#include "server/pages.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

using catalog::VersionRecord;
using protocol::Version;

std::string version_links(const std::string& name, const std::vector<Version>& versions, Version shown) {
  std::string html = "<nav aria-label=\"Versions\">\n<span class=\"quiet\">Versions</span>\n";
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    html += fmt::format("<a href=\"/{}/{}\"{}>{}</a>\n", escape_html(name), *version,
                        *version == shown ? " aria-current=\"page\"" : "", *version);
  }
  return html + "</nav>\n";
}

std::string deployments(const site::Overview& overview, const site::Model& model, AskedParts& asked) {
  std::string html;
  if (!model.parent.empty()) {
    const site::Model* parent = overview.find(model.parent);
    html +=
        parent == nullptr
            ? fmt::format("<p>A deployment of {}, which is not on this hub.</p>\n", escape_html(model.parent))
            : fmt::format("<p>A deployment of <a href=\"/{0}\">{0}</a>.</p>\n", escape_html(model.parent));
  }
  // What is made of the same model as this one, or of this one.
  const auto family = overview.deployments.find(model.parent.empty() ? model.path : model.parent);
  ListInParts list{.parameter = "deployments",
                   .anchor = "deployments",
                   .head = "<ul class=\"models\">\n",
                   .tail = "</ul>\n"};
  if (family != overview.deployments.end()) {
    for (const site::ModelPointer& other : family->second)
      if (other->path != model.path)
        list.add(fmt::format("<li><span class=\"badge\">{0}</span> <a href=\"/{1}\">{1}</a></li>\n",
                             escape_html(format_name(other->format)), escape_html(other->path)));
  }
  if (!list.parts.empty()) list.before = "<h2 id=\"deployments\">Deployments of the same model</h2>\n";
  return html + asked.html(list);
}

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string tag_rows(const site::Overview& overview, const site::Model& model) {
  static constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"task", "Task"},
      {"network-architecture", "Architecture"},
      {"dataset", "Dataset"},
      {"language", "Language"},
      {"license", "Licence"}};
  std::string html;
  for (const auto& [tag, title] : kRows) {
    const auto values = model.tags.find(tag);
    if (values == model.tags.end()) continue;
    std::string links;
    for (const std::string& value : values->second)
      links += fmt::format("{}<a href=\"/s?{}={}\">{}</a>", links.empty() ? "" : ", ",
                           tag == "network-architecture" ? "architecture" : tag,
                           escape_html(protocol::percent_encode_path(value)),
                           escape_html(overview.documents->vocabularies.display_name(tag, value)));
    html += row(title, links);
  }
  return html;
}

std::string link_rows(const documents::Document& document) {
  static constexpr std::pair<std::string_view, std::string_view> kLinks[] = {{"colab", "Colab notebook"},
                                                                             {"demo", "Demo"}};
  std::string html;
  for (const auto& [key, title] : kLinks) {
    const std::string url = document.value(key);
    if (url.starts_with("https://") || url.starts_with("http://"))
      html += row(title, fmt::format("<a href=\"{0}\" rel=\"nofollow noopener\">{0}</a>", escape_html(url)));
  }
  return html;
}

std::string facts(const site::Overview& overview, const ModelSubject& subject, const VersionRecord* record,
                  const documents::Document* document, const std::string& handle) {
  const std::string_view publisher = subject.model->publisher();
  std::string html = "<dl>\n";
  // Nobody can use a handle whose files are elsewhere: there is nothing to copy.
  const bool loads = subject.versioned ? record != nullptr : !subject.model->published.empty();
  html += row("Handle", fmt::format("<code>{}</code> {}", escape_html(handle),
                                    loads ? copy_button("handle", handle) : "(no files here)"));
  html += row("Publisher",
              fmt::format("{}<a href=\"/{}\">{}</a>", document_icon(overview.publisher_icon(publisher), 20),
                          escape_html(publisher), escape_html(overview.publisher_name(publisher))));
  html += tag_rows(overview, *subject.model);
  if (document != nullptr) {
    if (const std::string tunable = document->value("fine-tunable"); !tunable.empty())
      html += row("Fine-tunable", tunable == "true" ? "yes" : "no");
    html += link_rows(*document);
  }
  if (record != nullptr) {
    html += row("Published", iso8601(record->published));
    html += row("Size", fmt::format("{} ({} bytes)", human_size(record->archive_size), record->archive_size));
    html += row("SHA-256", fmt::format("<code>{}</code>", record->archive_sha256.hex()));
  }
  return html + "</dl>\n";
}

// What code gets where that is not what the page shows.
std::string notes(const ModelSubject& subject, const VersionRecord* record) {
  const auto& published = subject.model->published;
  const std::string name = escape_html(subject.model->path);
  if (published.empty())
    return "<p class=\"note\">This hub has the documentation of this model, but not its files.</p>\n";
  if (record != nullptr) return {};
  if (subject.versioned)
    return fmt::format(
        "<p class=\"note\">This hub has no files of this version; the latest with files is "
        "<a href=\"/{0}/{1}\">version {1}</a>.</p>\n",
        name, published.back());
  return fmt::format(
      "<p class=\"note\">This hub has no files of version {0}: code that loads the model without a version "
      "gets "
      "<a href=\"/{1}/{2}\">version {2}</a>.</p>\n",
      subject.version, name, published.back());
}

}  // namespace

void answer_model_page(Hub& hub, const Request& request, const ModelSubject& subject, Reply& reply) {
  reply.route = Route::kPage;
  const auto overview = hub.site.overview();
  const site::Model& model = *subject.model;
  const std::string id = fmt::format("{}/{}", model.path, subject.version);
  const auto found = record_of(hub, subject);
  if (!found) return answer_failure(request, found.error(), reply);
  const catalog::RecordPointer& record = *found;
  const auto document = hub.site.document(id);
  if (!document) return answer_failure(request, document.error(), reply);
  const documents::Document* text = *document ? &**document : nullptr;

  const std::string canonical = fmt::format("{}/{}", base_url(hub, request), id);
  // Snippets show the handle that this page was opened under.
  const std::string handle =
      subject.versioned ? canonical : fmt::format("{}/{}", base_url(hub, request), model.path);
  const std::string_view kind = record ? protocol::display_name(record->kind) : std::string_view();
  const std::string format = kind.empty() ? format_name(model.format) : std::string(kind);

  std::string main = fmt::format("<h1>{}{}</h1>\n", text != nullptr ? document_icon(text->icon_url, 40) : "",
                                 escape_html(model.path));
  const std::string description =
      text != nullptr && !text->description.empty() ? text->description : model.description;
  if (!description.empty()) main += fmt::format("<p class=\"lead\">{}</p>\n", escape_html(description));
  main += fmt::format("<p class=\"quiet\">{}{}version {}{}</p>\n", escape_html(format),
                      format.empty() ? "" : ", ", subject.version, subject.versioned ? "" : ", the latest");
  main += version_links(model.path, model.versions(), subject.version);
  main += notes(subject, record.get());
  main += facts(*overview, subject, record.get(), text, handle);
  AskedParts asked(request.query());
  if (record) {
    const auto inside = hub.inspections.get(*hub.store, *record);
    const bool coral = text != nullptr ? text->kind == documents::Kind::kCoral : model.format == "coral";
    const Loader loader = coral                  ? Loader::kCoral
                          : inside->layers_model ? Loader::kLayersModel
                                                 : Loader::kUsual;
    main += usage_section(*record, loader, handle);
    main += inside->html(asked);
  }
  main += deployments(*overview, model, asked);
  if (text != nullptr) main += *hub.rendered_documents.get(*text);
  if (record) {
    main += download_section(hub, *record, handle);
    main += files_section(*record, asked);
  }
  if (const auto shown = asked.check(); !shown)
    return answer_problem(request, shown.error().code() == Code::kUsage ? 400 : 404, shown.error().message(),
                          reply);
  const std::string title = fmt::format("{} - TensorFlow Hub", model.path);
  const std::string alternate = "/api/v1/models/" + id;
  set_page(reply, "");
  if (!subject.versioned) {
    reply.add("Content-Location", "/" + id);
    reply.add("Link", fmt::format("<{}>; rel=\"canonical\"", canonical));
  }
  answer_text(request, "text/html; charset=utf-8",
              frame_page({.title = title,
                          .alternate = alternate,
                          .canonical = canonical,
                          .description = description,
                          .indexed = !asked.any()},
                         main),
              reply);
}

void answer_collection(Hub& hub, const Request& request, const documents::Document& head, Reply& reply) {
  reply.route = Route::kPage;
  const auto overview = hub.site.overview();
  const auto document = hub.site.document(head.url_path);
  if (!document) return answer_failure(request, document.error(), reply);
  std::string main = fmt::format(
      "<h1>{}{}</h1>\n<p class=\"lead\">{}</p>\n<p class=\"quiet\">A collection of <a "
      "href=\"/{}\">{}</a></p>\n",
      document_icon(head.icon_url, 40), escape_html(head.name), escape_html(head.description),
      escape_html(head.publisher()), escape_html(overview->publisher_name(head.publisher())));
  if (*document) main += *hub.rendered_documents.get(**document);
  const std::string canonical = fmt::format("{}/{}", base_url(hub, request), head.url_path);
  const std::string title = fmt::format("{} - TensorFlow Hub", head.name);
  set_page(reply, "");
  answer_text(request, "text/html; charset=utf-8",
              frame_page({.title = title, .canonical = canonical, .description = head.description}, main),
              reply);
}

std::string problem_page(unsigned status, std::string_view title, std::string_view detail) {
  const std::string heading = fmt::format("{} {}", status, title);
  return frame_page({.title = heading},
                    fmt::format("<h1>{}</h1>\n<p>{}</p>\n<p><a href=\"/\">All models</a></p>\n",
                                escape_html(heading), escape_html(detail)));
}

void set_page(Reply& reply, std::string html) {
  reply.add("Content-Security-Policy", kContentSecurityPolicy);
  reply.add("Referrer-Policy", "same-origin");
  if (!html.empty()) reply.set_body(std::move(html), "text/html; charset=utf-8");
}

}  // namespace tfhub::server
