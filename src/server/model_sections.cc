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

std::string_view title_of_format(Format format) {
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
      "<h3>{}</h3>\n<div class=\"snippet\">{}<pre tabindex=\"0\"><code>{}</code></pre></div>\n", label,
      copy_button(label, code), escape_html(code));
}

// The interpreter reads a file, not a URL; an Edge TPU runs only what its delegate is loaded for.
std::string litert_code(Loader loader, const std::string& handle) {
  const bool coral = loader == Loader::kCoral;
  return fmt::format(
      "import subprocess\n"
      "from ai_edge_litert.interpreter import Interpreter{}\n\n"
      "path = subprocess.check_output(\n"
      "    [\"tfhub\", \"pull\", \"{}\", \"--format\", \"tflite\"], text=True).strip()\n"
      "interpreter = Interpreter(model_path=path{})\n"
      "interpreter.allocate_tensors()",
      coral ? ", load_delegate" : "", handle,
      coral ? ",\n                          experimental_delegates=[load_delegate(\"libedgetpu.so.1\")]"
            : "");
}

// TF.js knows hubs for graph models only; a layers model is loaded from the URL of its file.
std::string tfjs_code(Loader loader, const std::string& handle) {
  const std::string call =
      loader == Loader::kLayersModel
          ? fmt::format("loadLayersModel('{}/model.json?{}')", handle, protocol::query_of(Format::kTfJsFile))
          : fmt::format("loadGraphModel('{}', {{fromTFHub: true}})", handle);
  return fmt::format("import * as tf from '@tensorflow/tfjs';\n\nconst model = await tf.{};", call);
}

std::string cpp_code(std::string_view function, const std::string& handle) {
  return fmt::format("#include <tfhub/hub.h>\n\nauto path = tfhub::{}(\"{}\");", function, handle);
}

std::string wget_and_tar(const std::string& handle, Format format) {
  return snippet("wget and tar", fmt::format("mkdir model\nwget -qO- '{}?{}' | tar xz -C model", handle,
                                             protocol::query_of(format)));
}

}  // namespace

std::string usage_section(const VersionRecord& record, Loader loader, const std::string& handle) {
  std::string html = "<h2>Use</h2>\n";
  switch (record.kind) {
    case protocol::Kind::kSavedModel:
    case protocol::Kind::kTf1Hub:
      return html +
             snippet("Python, with tensorflow_hub",
                     fmt::format("import tensorflow_hub as hub\n\nmodel = hub.load(\"{}\")", handle)) +
             snippet("Python, with tfhub",
                     fmt::format("import tfhub\n\nmodel = tfhub.load(\"{}\")", handle)) +
             snippet("C++", cpp_code("resolve", handle)) +
             snippet("Shell", fmt::format("tfhub resolve {}", handle)) +
             wget_and_tar(handle, Format::kCompressed);
    case protocol::Kind::kTfLite:
      return html +
             snippet(loader == Loader::kCoral ? "Python, with LiteRT on an Edge TPU" : "Python, with LiteRT",
                     litert_code(loader, handle)) +
             snippet("Shell", fmt::format("tfhub pull {} --format tflite -o model.tflite", handle)) +
             snippet("C++", cpp_code("pull", handle)) +
             snippet("wget", fmt::format("wget -O model.tflite '{}?{}'", handle,
                                         protocol::query_of(Format::kTfLite)));
    case protocol::Kind::kTfJs:
      return html + snippet("JavaScript", tfjs_code(loader, handle)) +
             snippet("Shell", fmt::format("tfhub pull {} --format tfjs -o model", handle)) +
             wget_and_tar(handle, Format::kTfJsCompressed);
  }
  return html;
}

std::string download_section(const Hub& hub, const VersionRecord& record, const std::string& handle) {
  std::string html = "<h2>Download</h2>\n<div class=\"wide\"><table>\n<tbody>\n";
  for (const Format format : formats_served(hub, record.kind)) {
    if (format == Format::kFile && record.kind == protocol::Kind::kTfJs) continue;  // as TF.js asks for them
    const bool one_file = format == Format::kFile || format == Format::kTfJsFile;
    const std::string url =
        escape_html(fmt::format("{}{}?{}", handle, one_file ? "/FILE" : "", protocol::query_of(format)));
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", title_of_format(format),
                        one_file ? fmt::format("<code>{}</code>", url)
                                 : fmt::format("<a href=\"{0}\" rel=\"nofollow\"><code>{0}</code></a>", url));
  }
  return html + "</tbody>\n</table></div>\n";
}

std::string files_section(const VersionRecord& record, AskedParts& asked) {
  const size_t count = record.files.size();
  ListInParts list{.parameter = "files", .anchor = "files"};
  list.before = fmt::format("<h2 id=\"files\">Files</h2>\n<p class=\"quiet\">{} {}, {}</p>\n", count,
                            count == 1 ? "file" : "files", human_size(total_size(record.files)));
  list.head =
      "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">File</th><th scope=\"col\" "
      "class=\"number\">Size</th><th "
      "scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n";
  list.tail = "</tbody>\n</table></div>\n";
  // There may be a hundred thousand.
  list.parts.resize((count + kRowsAPart - 1) / kRowsAPart);
  const size_t part = asked.wanted("files", list.parts.size());
  for (size_t i = part * kRowsAPart; i < std::min(count, (part + 1) * kRowsAPart); ++i) {
    const FileEntry& file = record.files[i];
    list.parts[part] += fmt::format(
        "<tr><td><a href=\"{}?{}\" rel=\"nofollow\">{}</a></td><td "
        "class=\"number\">{}</td><td><code>{}</code></td></tr>\n",
        escape_html(path_of(record.id, file.path)), protocol::query_of(Format::kFile), escape_html(file.path),
        human_size(file.size), file.sha256.hex());
  }
  return asked.html(list);
}

}  // namespace tfhub::server
