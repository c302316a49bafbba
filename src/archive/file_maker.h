// Entries of a tar become files and directories in a staging directory, under the archive policy. It makes
// them; what their bytes are it tells whoever fills them (file_filler.h), in batches.
#pragma once

#include <string>
#include <unordered_set>

#include "archive/block.h"
#include "archive/entry_policy.h"
#include "archive/pipe.h"
#include "archive/second_names.h"
#include "archive/tar_reader.h"
#include "os/file.h"
#include "os/staging.h"

namespace tfhub::archive {

class FileMaker final : public TarHandler {
 public:
  FileMaker(os::StagingDirectory& target, EntryPolicy policy, Pipe<Batch>& filler)
      : target_(target), policy_(std::move(policy)), filler_(filler), second_names_(target) {
    // Looked at when it matters: what is there already under the one name is not there under the other.
    policy_.names_may_fold([this](const std::string& one, const std::string&) {
      const auto there = os::stat_beneath(target_.path(), one);
      return there && !*there;
    });
  }

  Result<void> directory(std::string_view name) override;
  Result<void> begin_file(std::string_view name, uint64_t size) override;
  Result<void> data(Bytes bytes) override;
  Result<void> end_file() override;
  Result<void> hard_link(std::string_view name, std::string_view target) override;
  Result<void> global_header() override;

  // All that is in `block` was told: whoever fills gives it back when it is done.
  Result<void> end_block(Block* block);
  // All entries are there. kCorrupt when no file is among them.
  Result<void> finish();
  // All bytes are there: `files` were unpacked.
  Result<void> settle(Manifest& files) { return second_names_.settle(files); }

 private:
  Result<void> make_directory(const std::string& path);
  Result<Batch*> batch();  // the one being put together
  Result<Piece*> piece();  // the one that the file's next bytes go into
  void hand_over();

  os::StagingDirectory& target_;
  EntryPolicy policy_;
  Pipe<Batch>& filler_;
  Batch* batch_ = nullptr;
  std::unordered_set<std::string> directories_;  // made
  std::unordered_set<std::string> listed_;       // directories that had an entry
  SecondNames second_names_;
  std::string last_parent_;
};

}  // namespace tfhub::archive
