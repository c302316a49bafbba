#include "client/publication_input.h"

#include "archive/extract.h"
#include "base/error.h"
#include "base/text.h"
#include "client/interruption.h"
#include "os/file.h"
#include "savedmodel/check.h"

namespace tfhub::client {
namespace {

using savedmodel::Form;

Result<protocol::Kind> kind_of(Form form, const std::string& path) {
  switch (form) {
    case Form::kSavedModel:
      return protocol::Kind::kSavedModel;
    case Form::kTf1Hub:
      return protocol::Kind::kTf1Hub;
    case Form::kTfJs:
      return protocol::Kind::kTfJs;
    case Form::kTfLiteFile:
      return protocol::Kind::kTfLite;
    case Form::kArchiveFile:
      break;
  }
  return fail(Code::kCorrupt, "{} holds another archive instead of a model; give the inner one",
              printable(path));
}

Result<os::StagingDirectory> unpack(const std::string& path, const archive::Limits& limits,
                                    Progress* progress) {
  const std::string name = fmt::format("tfhub_publish.{}.tmp", random_token());
  TFHUB_ASSIGN(auto directory, os::StagingDirectory::create(os::join(os::temporary_directory(), name)));
  TFHUB_ASSIGN(const auto info, os::stat(path));
  TFHUB_ASSIGN(auto file, os::FileSource::open(path));
  InterruptibleSource source(file);
  archive::ExtractOptions options;
  options.limits = limits;
  options.progress = progress;
  if (info) options.archive_size = info->size;
  options.name = path;
  TFHUB_TRY(archive::extract(source, directory, options));
  return directory;
}

}  // namespace

Result<PublicationInput> prepare_input(const std::string& path, const archive::Limits& limits,
                                       Progress* progress) {
  PublicationInput input;
  input.path = path;
  TFHUB_ASSIGN(Form form, savedmodel::recognise(path));
  if (form == Form::kArchiveFile) {
    TFHUB_ASSIGN(auto directory, unpack(path, limits, progress));
    input.path = directory.path();
    input.unpacked.emplace(std::move(directory));
    auto inner = savedmodel::recognise(input.path);
    if (!inner) {
      Error told = std::move(inner).error();
      return fail(
          std::move(told).in(fmt::format("{} is an archive, but not of a model: its root must be the model's "
                                         "directory (pack it with `tar -cz -C "
                                         "DIRECTORY .`)",
                                         printable(path))));
    }
    form = *inner;
  }
  TFHUB_TRY(savedmodel::check(input.path, form));
  TFHUB_ASSIGN(input.kind, kind_of(form, path));
  return input;
}

}  // namespace tfhub::client
