#include "archive/file_filler.h"

#include <algorithm>

#include "base/error.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// Hashed and written in steps that stay in any L2 cache between the two.
constexpr size_t kStep = 128 << 10;
// The disk starts on a large file while it is still being written, so that the final sync has little left to
// do.
constexpr uint64_t kWriteback = 8 << 20;

}  // namespace

Result<void> FileFiller::fill(Batch& batch) {
  for (Piece& piece : batch.pieces) {
    if (piece.file) {
      file_ = std::move(piece.file);
      written_ = 0;
      files_.push_back({std::move(piece.path), piece.size, {}});
    }
    TFHUB_TRY(write(piece.bytes));
    if (!piece.last) continue;
    files_.back().sha256 = digest_.finish();
    file_.reset();
  }
  return {};
}

Result<void> FileFiller::write(Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes step = bytes.first(std::min(bytes.size(), kStep));
    digest_.update(step);
    TFHUB_TRY(os::write_all(file_.get(), step, files_.back().path));
    bytes = bytes.subspan(step.size());
    const uint64_t before = written_;
    written_ += step.size();
    if (before / kWriteback != written_ / kWriteback)
      os::start_writeback(file_.get(), before / kWriteback * kWriteback, kWriteback);
  }
  return {};
}

Manifest FileFiller::finish() {
  std::sort(files_.begin(), files_.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return std::move(files_);
}

}  // namespace tfhub::archive
