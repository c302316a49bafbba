#include "archive/model_writer.h"

#include <algorithm>

#include "base/error.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// Hashed and written in pieces that stay in any L2 cache between the two.
constexpr size_t kPiece = 128 << 10;
// The disk starts on a large file while it is still being written, so that the final sync has little left to
// do.
constexpr uint64_t kWriteback = 8 << 20;

}  // namespace

Result<void> ModelWriter::make_directory(const std::string& path) {
  if (path.empty() || directories_.contains(path)) return {};
  TFHUB_TRY(target_.make_directory(path));
  directories_.insert(path);
  return {};
}

Result<void> ModelWriter::directory(std::string_view name) {
  TFHUB_ASSIGN(const std::string path, member_path(name, true));
  TFHUB_TRY(policy_.directory(path));
  return make_directory(path);
}

Result<void> ModelWriter::begin_file(std::string_view name, uint64_t size) {
  TFHUB_ASSIGN(std::string path, member_path(name, false));
  TFHUB_TRY(policy_.file(path, size));
  // tensorflow_hub needs a directory's entry before its files; we are lenient in what we read.
  const std::string parent = os::parent(path);
  if (path.find('/') != std::string::npos && parent != last_parent_) {
    TFHUB_TRY(make_directory(parent));
    last_parent_ = parent;
  }
  TFHUB_ASSIGN(file_, target_.create_file(path));
  written_ = 0;
  files_.push_back({std::move(path), size, {}});
  return {};
}

Result<void> ModelWriter::data(Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes piece = bytes.first(std::min(bytes.size(), kPiece));
    digest_.update(piece);
    TFHUB_TRY(os::write_all(file_.get(), piece, files_.back().path));
    bytes = bytes.subspan(piece.size());
    const uint64_t before = written_;
    written_ += piece.size();
    if (before / kWriteback != written_ / kWriteback)
      os::start_writeback(file_.get(), before / kWriteback * kWriteback, kWriteback);
  }
  return {};
}

Result<void> ModelWriter::end_file() {
  files_.back().sha256 = digest_.finish();
  file_.reset();
  return {};
}

Result<void> ModelWriter::global_header() {
  return policy_.count_entry();
}

Result<Manifest> ModelWriter::finish() {
  TFHUB_TRY(policy_.finish());
  std::sort(files_.begin(), files_.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return std::move(files_);
}

}  // namespace tfhub::archive
