// The documentation page of a handle: what it is, where its bytes are, how to use it.
#include <fmt/format.h>

#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "server/downloads.h"
#include "server/html.h"
#include "server/links.h"
#include "server/pages.h"
#include "server/problem.h"
#include "server/representation.h"

namespace tfhub::server {
namespace {

using catalog::VersionRecord;
using protocol::Format;

std::string_view title_of(Format format) {
  switch (format) {
    case Format::kCompressed:
    case Format::kTfJsCompressed:
      return "Archive (.tar.gz)";
    case Format::kUncompressed:
      return "Read in place";
    case Format::kTfLite:
      return "TensorFlow Lite file";
    case Format::kFile:
    case Format::kTfJsFile:
      return "Single files";
  }
  return {};
}

std::string version_links(const std::vector<protocol::Version>& versions, const VersionRecord& shown) {
  std::string html = "<nav aria-label=\"Versions\">\n<span class=\"quiet\">Versions</span>\n";
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    html += fmt::format("<a href=\"/{}/{}\"{}>{}</a>\n", escape_html(shown.id.name.text()), *version,
                        *version == shown.id.version ? " aria-current=\"page\"" : "", *version);
  }
  return html + "</nav>\n";
}

std::string downloads(const Hub& hub, const VersionRecord& record, const std::string& handle) {
  std::string html = "<h2>Download</h2>\n<div class=\"wide\"><table>\n<tbody>\n";
  for (const Format format : formats_served(hub, record.kind)) {
    const bool one_file = format == Format::kFile || format == Format::kTfJsFile;
    const std::string url =
        escape_html(fmt::format("{}{}?{}", handle, one_file ? "/FILE" : "", protocol::query_of(format)));
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", title_of(format),
                        one_file ? fmt::format("<code>{}</code>", url)
                                 : fmt::format("<a href=\"{0}\" rel=\"nofollow\"><code>{0}</code></a>", url));
  }
  return html + "</tbody>\n</table></div>\n";
}

std::string snippet(std::string_view label, std::string_view code) {
  return fmt::format("<p>{}</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n", label, escape_html(code));
}

std::string usage(const VersionRecord& record, const std::string& handle) {
  std::string html = "<h2>Use</h2>\n";
  switch (record.kind) {
    case protocol::Kind::kSavedModel:
    case protocol::Kind::kTf1Hub:
      html += snippet("Python, with tensorflow_hub",
                      fmt::format("import tensorflow_hub as hub\n\nmodel = hub.load(\"{}\")", handle));
      html += snippet("C++",
                      fmt::format("#include <tfhub/hub.h>\n\nauto path = tfhub::resolve(\"{}\");", handle));
      html += snippet("Shell", fmt::format("tfhub resolve {}", handle));
      html += snippet("wget and tar", fmt::format("mkdir model\nwget -qO- '{}?{}' | tar xz -C model", handle,
                                                  protocol::query_of(Format::kCompressed)));
      break;
    case protocol::Kind::kTfLite:
      html += snippet("Shell", fmt::format("tfhub pull {} --format tflite -o model.tflite", handle));
      html +=
          snippet("C++", fmt::format("#include <tfhub/hub.h>\n\nauto path = tfhub::pull(\"{}\");", handle));
      html += snippet(
          "wget", fmt::format("wget -O model.tflite '{}?{}'", handle, protocol::query_of(Format::kTfLite)));
      break;
    case protocol::Kind::kTfJs:
      html +=
          snippet("JavaScript",
                  fmt::format("const model = await tf.loadGraphModel('{}', {{fromTFHub: true}});", handle));
      html += snippet("Shell", fmt::format("tfhub pull {} --format tfjs -o model", handle));
      html += snippet("wget and tar", fmt::format("mkdir model\nwget -qO- '{}?{}' | tar xz -C model", handle,
                                                  protocol::query_of(Format::kTfJsCompressed)));
      break;
  }
  return html;
}

constexpr size_t kMostRows = 100;

std::string files(const VersionRecord& record) {
  std::string html = fmt::format(
      "<h2>Files</h2>\n<p class=\"quiet\">{} {}, {}</p>\n<div class=\"wide\"><table>\n<thead><tr><th "
      "scope=\"col\">File</th><th scope=\"col\">Size</th><th "
      "scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n",
      record.files.size(), record.files.size() == 1 ? "file" : "files", human_size(total_size(record.files)));
  for (size_t i = 0; i < record.files.size() && i < kMostRows; ++i) {
    const FileEntry& file = record.files[i];
    html += fmt::format(
        "<tr><td><a href=\"{}?{}\" rel=\"nofollow\">{}</a></td><td "
        "class=\"number\">{}</td><td><code>{}</code></td></tr>\n",
        escape_html(path_of(record.id, file.path)), protocol::query_of(Format::kFile), escape_html(file.path),
        human_size(file.size), file.sha256.hex());
  }
  html += "</tbody>\n</table></div>\n";
  if (record.files.size() > kMostRows)
    html += fmt::format("<p>The first {} files; <a href=\"/api/v1/models{}\">the JSON</a> has all.</p>\n",
                        kMostRows, escape_html(path_of(record.id)));
  return html;
}

}  // namespace

void answer_model_page(Hub& hub, const Request& request, const catalog::Found& found, Reply& reply) {
  reply.route = Route::kPage;
  const VersionRecord& record = *found.record;
  const auto versions = hub.catalog.versions(record.id.name);
  if (!versions) return answer_failure(request, versions.error(), reply);
  const std::string canonical = base_url(hub, request) + path_of(record.id);
  // Snippets show the handle that this page was opened under.
  const std::string handle =
      found.versioned ? canonical : fmt::format("{}/{}", base_url(hub, request), record.id.name.text());
  const std::string name = escape_html(record.id.name.text());

  std::string main = fmt::format("<h1>{}</h1>\n<p class=\"quiet\">{}, version {}{}</p>\n", name,
                                 protocol::display_name(record.kind), record.id.version,
                                 found.versioned ? "" : ", the latest");
  // The list may be half a second behind a version just published.
  main += version_links(versions->empty() ? std::vector{record.id.version} : *versions, record);
  main += fmt::format(
      "<dl>\n<dt>Handle</dt><dd><code>{}</code></dd>\n<dt>Publisher</dt><dd><a href=\"/{}\">{}</a></dd>\n"
      "<dt>Published</dt><dd>{}</dd>\n<dt>Size</dt><dd>{} ({} "
      "bytes)</dd>\n<dt>SHA-256</dt><dd><code>{}</code></dd>\n"
      "</dl>\n",
      escape_html(handle), escape_html(record.id.name.publisher()), escape_html(record.id.name.publisher()),
      iso8601(record.published), human_size(record.archive_size), record.archive_size,
      record.archive_sha256.hex());
  main += usage(record, handle);
  main += downloads(hub, record, handle);
  main += files(record);

  const std::string title = fmt::format("{} - TensorFlow Hub", record.id.name.text());
  const std::string alternate = "/api/v1/models" + path_of(record.id);
  set_page(reply, "");
  if (!found.versioned) {
    reply.add("Content-Location", path_of(record.id));
    reply.add("Link", fmt::format("<{}>; rel=\"canonical\"", canonical));
  }
  answer_text(request, "text/html; charset=utf-8", frame_page({title, "", alternate, canonical}, main),
              reply);
}

void answer_stylesheet(const Request& request, Reply& reply) {
  reply.route = Route::kStatic;
  const std::string etag = etag_of(Sha256::of(as_bytes(stylesheet())));
  reply.add("ETag", etag);
  // Pages name it with its digest: what that names never changes.
  const bool named_by_digest = request.target == stylesheet_path();
  reply.add("Cache-Control", named_by_digest ? "public, max-age=31536000, immutable" : "no-cache");
  if (!request.if_none_match.empty() && protocol::matches_any(request.if_none_match, etag)) {
    reply.status = 304;
    return;
  }
  reply.set_body(std::string(stylesheet()), "text/css; charset=utf-8");
}

std::string problem_page(unsigned status, std::string_view title, std::string_view detail) {
  const std::string heading = fmt::format("{} {}", status, title);
  return frame_page({heading, "", "", ""},
                    fmt::format("<h1>{}</h1>\n<p>{}</p>\n<p><a href=\"/\">All models</a></p>\n",
                                escape_html(heading), escape_html(detail)));
}

void set_page(Reply& reply, std::string html) {
  reply.add("Content-Security-Policy", kContentSecurityPolicy);
  reply.add("Referrer-Policy", "same-origin");
  if (!html.empty()) reply.set_body(std::move(html), "text/html; charset=utf-8");
}

}  // namespace tfhub::server
