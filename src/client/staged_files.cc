#include "client/staged_files.h"

#include "base/error.h"
#include "client/interruption.h"
#include "protocol/keys.h"

namespace tfhub::client {

Result<void> StagedFiles::begin(const archive::TreeEntry& file) {
  TFHUB_TRY(check_interrupted());
  TFHUB_ASSIGN(writer_, store_.put(protocol::staging_uncompressed_key(token_, file.path)));
  return {};
}

Result<void> StagedFiles::data(Bytes bytes) {
  TFHUB_TRY(check_interrupted());
  return writer_->write(bytes);
}

Result<void> StagedFiles::end(const FileEntry&) {
  const auto writer = std::move(writer_);
  return writer->commit();
}

}  // namespace tfhub::client
