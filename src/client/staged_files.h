// The second copy of a model: each file's bytes go to the store's staging area while they are read for the
// archive.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "archive/pack.h"
#include "store/object_store.h"

namespace tfhub::client {

class StagedFiles final : public archive::FileObserver {
 public:
  StagedFiles(store::ObjectStore& store, std::string token) : store_(store), token_(std::move(token)) {}

  Result<void> begin(const archive::TreeEntry& file) override;
  Result<void> data(Bytes bytes) override;
  Result<void> end(const FileEntry& file) override;

 private:
  store::ObjectStore& store_;
  std::string token_;
  std::unique_ptr<store::ObjectWriter> writer_;
};

}  // namespace tfhub::client
