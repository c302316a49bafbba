// What lies at a path on this machine, as a model that can be looked into: archives are unpacked first.
#pragma once

#include <optional>
#include <string>

#include "archive/limits.h"
#include "base/progress.h"
#include "os/staging.h"
#include "savedmodel/check.h"

namespace tfhub::client {

struct LocalModel {
  std::string path;                                       // the directory or the .tflite file
  savedmodel::Form form = savedmodel::Form::kSavedModel;  // never kArchiveFile
  std::optional<os::StagingDirectory> unpacked;  // where an archive was unpacked; removed with this object
};

// kNotFound: nothing there; kCorrupt: not a model. An archive is unpacked, under the archive policy, into a
// private directory.
Result<LocalModel> open_local_model(const std::string& path, const archive::Limits& limits,
                                    Progress* progress);

}  // namespace tfhub::client
