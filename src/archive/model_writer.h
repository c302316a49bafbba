// The last stage of unpacking: entries of a tar become files in a staging directory, under the archive
// policy, each digested while its bytes are in the cache.
#pragma once

#include <string>
#include <unordered_set>

#include "archive/entry_policy.h"
#include "archive/tar_reader.h"
#include "base/digest.h"
#include "base/manifest.h"
#include "os/staging.h"

namespace tfhub::archive {

class ModelWriter final : public TarHandler {
 public:
  ModelWriter(os::StagingDirectory& target, EntryPolicy policy)
      : target_(target), policy_(std::move(policy)) {}

  Result<void> directory(std::string_view name) override;
  Result<void> begin_file(std::string_view name, uint64_t size) override;
  Result<void> data(Bytes bytes) override;
  Result<void> end_file() override;
  Result<void> global_header() override;

  // All entries are there: the files, sorted. kCorrupt when there are none.
  Result<Manifest> finish();

 private:
  Result<void> make_directory(const std::string& path);

  os::StagingDirectory& target_;
  EntryPolicy policy_;
  Manifest files_;
  std::unordered_set<std::string> directories_;
  std::string last_parent_;
  os::UniqueFd file_;
  Sha256 digest_;
  uint64_t written_ = 0;
};

}  // namespace tfhub::archive
