#include "client/publication_input.h"

#include "base/error.h"
#include "base/text.h"
#include "client/local_model.h"
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
  return fail(Code::kUnexpected, "{} was not unpacked", printable(path));
}

}  // namespace

Result<PublicationInput> prepare_input(const std::string& path, const archive::Limits& limits,
                                       Progress* progress) {
  TFHUB_ASSIGN(LocalModel model, open_local_model(path, limits, progress));
  TFHUB_TRY(savedmodel::check(model.path, model.form));
  PublicationInput input;
  TFHUB_ASSIGN(input.kind, kind_of(model.form, path));
  input.path = std::move(model.path);
  if (model.unpacked) input.unpacked.emplace(std::move(*model.unpacked));
  return input;
}

}  // namespace tfhub::client
