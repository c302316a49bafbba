#include "server/model_sections.h"

#include <fmt/format.h>

#include "base/text.h"
#include "server/downloads.h"
#include "server/html.h"
#include "server/links.h"

namespace tfhub::server {
namespace {

using catalog::VersionRecord;
using protocol::Format;

constexpr size_t kMostRows = 100;

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

std::string snippet(std::string_view label, std::string_view code) {
  return fmt::format(
      "<h3>{}</h3>\n<div class=\"snippet\"><pre tabindex=\"0\"><code>{}</code></pre>{}</div>\n", label,
      escape_html(code), copy_button(label, code));
}

}  // namespace

std::string usage_section(const VersionRecord& record, const std::string& handle) {
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

std::string download_section(const Hub& hub, const VersionRecord& record, const std::string& handle) {
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

std::string files_section(const VersionRecord& record) {
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

}  // namespace tfhub::server
