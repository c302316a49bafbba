// What publish() was given, as a thing that can be published: a checked model directory or a .tflite file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "archive/limits.h"
#include "base/progress.h"
#include "os/staging.h"
#include "protocol/name.h"

namespace tfhub::client {

struct PublicationInput {
  std::string path;  // the directory or the .tflite file
  protocol::Kind kind = protocol::Kind::kSavedModel;
  std::optional<os::StagingDirectory> unpacked;  // where an archive was unpacked; removed with this object
};

// kNotFound: nothing there; kCorrupt: not a model, or not a whole one. An archive is unpacked, under the
// archive policy, into a private directory.
Result<PublicationInput> prepare_input(const std::string& path, const archive::Limits& limits,
                                       Progress* progress);

}  // namespace tfhub::client
