#include "savedmodel/check.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "savedmodel/tfjs.h"
#include "savedmodel/variables.h"

namespace tfhub::savedmodel {
namespace {

constexpr std::string_view kExpected =
    "expected a SavedModel (saved_model.pb), a TF1 Hub module, a TF.js model (model.json), an archive of "
    "one, or a "
    ".tflite file";

// The files in the top folder of a directory that tell what kind of model it is.
struct Marks {
  bool graph = false, model_json = false, tf1_hub = false;
  bool model() const { return graph || model_json; }
};

Result<bool> has_file(const std::string& directory, std::string_view name) {
  TFHUB_ASSIGN(const auto info, os::stat(os::join(directory, name)));
  return info && info->type == os::FileInfo::Type::kFile;
}

Result<Marks> marks_of(const std::string& directory) {
  TFHUB_ASSIGN(const bool binary, has_file(directory, "saved_model.pb"));
  TFHUB_ASSIGN(const bool text, has_file(directory, "saved_model.pbtxt"));
  TFHUB_ASSIGN(const bool model_json, has_file(directory, "model.json"));
  TFHUB_ASSIGN(const bool tf1_hub, has_file(directory, "tfhub_module.pb"));
  return Marks{binary || text, model_json, tf1_hub};
}

// For a hint only: a folder that cannot be looked into is none.
bool is_model(const std::string& directory) {
  return marks_of(directory).value_or(Marks{}).model();
}

Result<Form> recognise_directory(const std::string& path) {
  TFHUB_ASSIGN(const Marks marks, marks_of(path));
  if (marks.graph) return marks.tf1_hub ? Form::kTf1Hub : Form::kSavedModel;
  if (marks.model_json) return Form::kTfJs;
  if (marks.tf1_hub)
    return fail(Code::kCorrupt, "{} has tfhub_module.pb but no saved_model.pb; copy the whole module",
                printable(path));

  // The commonest slip: the folder above the model, or an archive packed with its folder.
  TFHUB_ASSIGN(const auto names, os::list_directory(path));
  for (const std::string& name : names)
    if (is_model(os::join(path, name)))
      return fail(Code::kCorrupt, "{} is not a model, but {} inside it is; give that directory",
                  printable(path), printable(name));
  if (names.empty()) return fail(Code::kCorrupt, "{} is an empty directory; {}", printable(path), kExpected);
  return fail(Code::kCorrupt, "{} is not a model: it holds {}{}; {}", printable(path),
              printable(names.front()), names.size() > 1 ? fmt::format(" and {} more", names.size() - 1) : "",
              kExpected);
}

// A tar header's checksum: the sum of its 512 bytes with the checksum field as spaces. Tells an old tar
// without the "ustar" magic from any other file.
bool is_tar_header(std::string_view head) {
  if (head.size() < 512 || head[0] == '\0') return false;
  uint32_t sum = 0;
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(head[i]);
  const std::string field(head.substr(148, 8));
  return std::strtoul(field.c_str(), nullptr, 8) == sum;
}

// Formats that people have in hand and take for models that can be published.
std::string_view name_of_format(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("PK\x03\x04"sv))
    return "a zip: a .keras file (load it in Keras and write a SavedModel with model.export(DIRECTORY)), or "
           "a zipped "
           "model (unpack it first)";
  if (head.starts_with("\x89HDF\r\n"sv))
    return "an HDF5 file, as older versions of Keras save models; load it in Keras and write a SavedModel "
           "with "
           "model.export(DIRECTORY)";
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstd data; unpack it, or pack the model with gzip";
  return {};
}

Result<std::string> head_of(const std::string& path) {
  std::string head(512, '\0');
  TFHUB_ASSIGN(auto source, os::FileSource::open(path, 0, head.size()));
  size_t size = 0;
  while (size < head.size()) {
    TFHUB_ASSIGN(const size_t got, source.read(std::as_writable_bytes(std::span(head)).subspan(size)));
    if (got == 0) break;
    size += got;
  }
  head.resize(size);
  return head;
}

// git-lfs, "Specification": what lies in a clone in place of a file that was not fetched.
bool is_lfs_pointer(std::string_view head) {
  return head.starts_with("version https://git-lfs.github.com/spec/");
}

bool is_text(std::string_view head) {
  return std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

// Files that are certainly not what their names say spend the version for ever. What is inside a graph is no
// reason to refuse it: what we cannot read TensorFlow may.
Result<void> check_bytes(const std::string& directory) {
  TFHUB_ASSIGN(const auto files, os::walk(directory));
  constexpr uint64_t kLargestPointer = 1024;
  for (const os::WalkEntry& file : files) {
    const std::string path = os::join(directory, file.path);
    const bool graph = file.path == "saved_model.pb";
    const auto info = os::stat(path);  // of a link: what it leads to
    if (!info || !*info || (*info)->type != os::FileInfo::Type::kFile) continue;
    if (graph && (*info)->size == 0)
      return fail(Code::kCorrupt, "{} is an empty file; export the model again", printable(path));
    if (!graph && (*info)->size > kLargestPointer) continue;
    const auto read = head_of(path);
    if (!read) return fail(read.error());
    const std::string_view head = *read;
    if (is_lfs_pointer(head))
      return fail(Code::kCorrupt,
                  "{} is a Git LFS pointer, not the file itself; run `git lfs pull` in the clone first",
                  printable(path));
    // A SavedModel begins with its version or its first graph, bytes that no text has. (A handful of letters
    // proves nothing: tests make such.)
    constexpr size_t kWorthJudging = 16;
    if (graph && is_text(head) && (head.size() >= kWorthJudging || head.front() == '<'))
      return fail(Code::kCorrupt,
                  "{} is text, beginning with '{}', not a graph; export or download the model again",
                  printable(path), printable(head.substr(0, head.find('\n')), 60));
  }
  return {};
}

Result<Form> recognise_file(const std::string& path) {
  const auto read = head_of(path);
  if (!read) return fail(read.error());
  const std::string_view head = *read;
  using namespace std::string_view_literals;
  // The FlatBuffers file identifier of schema.fbs stands behind the root offset.
  if (head.size() >= 8 && head.substr(4, 4) == "TFL3") return Form::kTfLiteFile;
  if (is_lfs_pointer(head))
    return fail(Code::kCorrupt,
                "{} is a Git LFS pointer, not the file itself; run `git lfs pull` in the clone first",
                printable(path));
  if (head.starts_with("\x1f\x8b"sv) || head.starts_with("BZh"sv) ||
      head.starts_with("\xfd"
                       "7zXZ\0"sv) ||
      is_tar_header(head))
    return Form::kArchiveFile;
  if (head.empty()) return fail(Code::kCorrupt, "{} is an empty file; {}", printable(path), kExpected);
  if (path.ends_with(".tflite"))
    return fail(Code::kCorrupt,
                "{} is no TensorFlow Lite model: its bytes 4 to 7 are not the identifier TFL3",
                printable(path));
  const std::string name = os::base_name(path);
  if (name == "saved_model.pb" || name == "saved_model.pbtxt" || name == "model.json")
    return fail(Code::kCorrupt, "{} is one file of a model; give the directory that holds it",
                printable(path));
  if (const std::string_view known = name_of_format(head); !known.empty())
    return fail(Code::kCorrupt, "{} is {}", printable(path), known);
  return fail(Code::kCorrupt, "{} begins with '{}', which is neither a model nor an archive; {}",
              printable(path), printable(head.substr(0, 16)), kExpected);
}

}  // namespace

Result<Form> recognise(const std::string& path) {
  TFHUB_ASSIGN(const auto info, os::stat(path));
  if (!info) return fail(Code::kNotFound, "{} does not exist; give the path of a model", printable(path));
  switch (info->type) {
    case os::FileInfo::Type::kDirectory:
      return recognise_directory(path);
    case os::FileInfo::Type::kFile:
      return recognise_file(path);
    default:
      return fail(Code::kCorrupt, "{} is neither a file nor a directory; {}", printable(path), kExpected);
  }
}

std::optional<std::string> model_inside(const std::string& directory) {
  if (is_model(directory)) return std::nullopt;
  const auto names = os::list_directory(directory);
  if (!names) return std::nullopt;
  for (const std::string& name : *names)
    if (is_model(os::join(directory, name))) return name;
  return std::nullopt;
}

Result<void> check(const std::string& path, Form form) {
  switch (form) {
    case Form::kSavedModel:
    case Form::kTf1Hub:
      TFHUB_TRY(check_bytes(path));
      return check_variables(path);
    case Form::kTfJs:
      TFHUB_TRY(check_bytes(path));
      return check_tfjs(path);
    case Form::kTfLiteFile:
    case Form::kArchiveFile:
      break;  // recognised by their bytes; an archive is looked into once it is unpacked
  }
  return {};
}

}  // namespace tfhub::savedmodel
