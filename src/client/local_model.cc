#include "client/local_model.h"

#include "archive/extract.h"
#include "base/error.h"
#include "base/text.h"
#include "client/interruption.h"
#include "os/file.h"

namespace tfhub::client {
namespace {

using savedmodel::Form;

// A temporary directory is small, or of others, more often than a store: where it is told which one is meant.
Error with_way_out(Error error) {
  if (error.code() != Code::kUnexpected && error.code() != Code::kNotAllowed) return error;
  std::string message = error.message() + "; the archive is unpacked there first: TMPDIR names another place";
  return std::move(error).in(std::move(message));
}

Result<os::StagingDirectory> unpack(const std::string& path, const archive::Limits& limits,
                                    Progress* progress) {
  const std::string name = fmt::format("tfhub_unpacked.{}.tmp", random_token());
  auto made = os::StagingDirectory::create(os::join(os::temporary_directory(), name), 0700);
  if (!made) return fail(with_way_out(std::move(made).error()));
  os::StagingDirectory directory = std::move(*made);
  TFHUB_ASSIGN(const auto info, os::stat(path));
  TFHUB_ASSIGN(auto file, os::FileSource::open(path));
  InterruptibleSource source(file);
  archive::ExtractOptions options;
  options.limits = limits;
  options.progress = progress;
  if (info) options.archive_size = info->size;
  options.name = path;
  if (auto unpacked = archive::extract(source, directory, options); !unpacked)
    return fail(with_way_out(std::move(unpacked).error()));
  return directory;
}

// The one file of a directory, if it is a TF Lite model.
std::optional<std::string> single_tflite(const std::string& directory) {
  const auto names = os::list_directory(directory);
  if (!names || names->size() != 1) return std::nullopt;
  std::string path = os::join(directory, names->front());
  const auto form = savedmodel::recognise(path);
  return form && *form == Form::kTfLiteFile ? std::optional(std::move(path)) : std::nullopt;
}

}  // namespace

Result<LocalModel> open_local_model(const std::string& path, const archive::Limits& limits,
                                    Progress* progress) {
  LocalModel model;
  model.path = path;
  TFHUB_ASSIGN(model.form, savedmodel::recognise(path));
  if (model.form != Form::kArchiveFile) return model;

  TFHUB_ASSIGN(auto directory, unpack(path, limits, progress));
  model.path = directory.path();
  model.unpacked.emplace(std::move(directory));
  auto inner = savedmodel::recognise(model.path);
  if (!inner) {
    // Kaggle packs a TF Lite model so.
    if (auto file = single_tflite(model.path)) {
      model.path = std::move(*file);
      model.form = Form::kTfLiteFile;
      return model;
    }
    Error told = std::move(inner).error();
    std::string message = fmt::format(
        "{} is an archive, but not of a model: its root must be the model's directory (pack it with `tar "
        "-cz -C DIRECTORY .`)",
        printable(path));
    if (const auto folder = savedmodel::model_inside(model.path))
      message += fmt::format("; the model is in its folder {}", printable(*folder));
    return fail(std::move(told).in(std::move(message)));
  }
  model.form = *inner;
  if (model.form == Form::kArchiveFile)
    return fail(Code::kCorrupt, "{} holds another archive instead of a model; give the inner one",
                printable(path));
  return model;
}

}  // namespace tfhub::client
