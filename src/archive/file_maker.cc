#include "archive/file_maker.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// So many small files are worth waking another thread for; and so many, times the batches, are open at most.
constexpr size_t kPiecesOfABatch = 32;

}  // namespace

Result<void> FileMaker::make_directory(const std::string& path) {
  if (path.empty() || directories_.contains(path)) return {};
  TFHUB_TRY(target_.make_directory(path));
  directories_.insert(path);
  return {};
}

Result<void> FileMaker::directory(std::string_view name) {
  TFHUB_ASSIGN(const std::string path, member_path(name, true));
  if (!listed_.insert(path).second) return policy_.count_entry();  // once more says nothing new
  TFHUB_TRY(policy_.directory(path));
  return make_directory(path);
}

Result<void> FileMaker::begin_file(std::string_view name, uint64_t size) {
  TFHUB_ASSIGN(std::string path, member_path(name, false));
  if (second_names_.knows(path)) {
    TFHUB_TRY(policy_.copy(path, size));
    path = second_names_.put_aside(path);
  } else {
    TFHUB_TRY(policy_.file(path, size));
    second_names_.add_file(path, size);
  }
  // tensorflow_hub needs a directory's entry before its files; we are lenient in what we read.
  const std::string parent = os::parent(path);
  if (path.find('/') != std::string::npos && parent != last_parent_) {
    TFHUB_TRY(make_directory(parent));
    last_parent_ = parent;
  }
  TFHUB_ASSIGN(Batch* const into, batch());
  TFHUB_ASSIGN(os::UniqueFd file, target_.create_file(path));
  into->pieces.push_back({.file = std::move(file), .path = std::move(path), .size = size, .bytes = {}});
  return {};
}

Result<void> FileMaker::data(Bytes bytes) {
  TFHUB_ASSIGN(Piece* const into, piece());
  into->bytes = bytes;
  return {};
}

Result<void> FileMaker::end_file() {
  // A file ends in the call that brought its last bytes, or, without any, in the one that began it.
  batch_->pieces.back().last = true;
  if (batch_->pieces.size() >= kPiecesOfABatch) hand_over();
  return {};
}

Result<void> FileMaker::hard_link(std::string_view name, std::string_view target) {
  TFHUB_ASSIGN(const std::string path, member_path(name, false));
  TFHUB_ASSIGN(const std::string to, member_path(target, false));
  if (second_names_.knows(path)) return fail(Code::kCorrupt, "the name '{}' is there twice", printable(path));
  TFHUB_ASSIGN(const uint64_t size, second_names_.link(path, to));
  return policy_.file(path, size);
}

Result<void> FileMaker::global_header() {
  return policy_.count_entry();
}

Result<void> FileMaker::end_block(Block* block) {
  TFHUB_ASSIGN(Batch* const last, batch());
  last->emptied = block;
  hand_over();
  return {};
}

Result<void> FileMaker::finish() {
  return policy_.finish();
}

Result<Batch*> FileMaker::batch() {
  if (batch_ == nullptr) batch_ = filler_.acquire();
  if (batch_ == nullptr)
    return fail(Code::kUnexpected, "unpacking was stopped");  // why, the one who did it says
  return batch_;
}

Result<Piece*> FileMaker::piece() {
  TFHUB_ASSIGN(Batch* const into, batch());
  // A file that has just begun waits for its bytes; one that goes on in another block has a piece more.
  const bool waits = !into->pieces.empty() && into->pieces.back().file && into->pieces.back().bytes.empty() &&
                     !into->pieces.back().last;
  if (!waits) into->pieces.emplace_back();
  return &into->pieces.back();
}

void FileMaker::hand_over() {
  filler_.publish(std::exchange(batch_, nullptr));
}

}  // namespace tfhub::archive
