#include "hubfs/remote_file.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"

namespace tfhub::hubfs {

RemoteFile::RemoteFile(Fetching& fetching, uint64_t id, std::string url, FileEntry entry)
    : fetching_(fetching),
      id_(id),
      url_(std::move(url)),
      entry_(std::move(entry)),
      blocks_((entry_.size + kBlockSize - 1) / kBlockSize) {}

Result<size_t> RemoteFile::read(uint64_t offset, MutableBytes buffer, uint64_t ahead) {
  if (offset >= entry_.size) return 0;
  const uint64_t end = offset + std::min<uint64_t>(buffer.size(), entry_.size - offset);
  const uint64_t blocks_end = (end + kBlockSize - 1) / kBlockSize;
  for (uint64_t at = offset; at < end;) {
    // A large read holds a run's blocks at a time, while the next ones come.
    const uint64_t first = at / kBlockSize;
    const uint64_t step_end = std::min(blocks_end, first + kRunBlocks);
    const auto claimed = claim(first, step_end, std::max(ahead, blocks_end - step_end));
    for (size_t i = 0; i < claimed.blocks.size(); ++i) {
      TFHUB_ASSIGN(Bytes bytes, fetching_.cache.wait(claimed.blocks[i]));
      bytes = bytes.subspan(at % kBlockSize);
      bytes = bytes.first(std::min<uint64_t>(bytes.size(), end - at));
      std::memcpy(buffer.data() + (at - offset), bytes.data(), bytes.size());
      at += bytes.size();
    }
  }
  return end - offset;
}

BlockCache::Claim RemoteFile::claim(uint64_t first, uint64_t needed_end, uint64_t ahead) {
  BlockCache& cache = fetching_.cache;
  // What comes early must not be forgotten before it is read.
  ahead = std::min({ahead, kRunBlocks, cache.capacity() / 4 / kBlockSize, blocks_ - needed_end});
  // Not at every step, or each request would be for one block more.
  const bool enough = ahead > 0 && cache.has(id_, needed_end + ahead / 2);
  auto claimed = cache.claim(id_, first, needed_end, needed_end + (enough ? 0 : ahead), kRunBlocks);
  for (Run& missing : claimed.missing) {
    // std::function must be copyable.
    auto run = std::make_shared<Run>(std::move(missing));
    fetching_.submit([self = shared_from_this(), run] {
      if (const auto brought = self->bring(*run); !brought) run->fail(brought.error());
    });
  }
  return claimed;
}

Result<void> RemoteFile::bring(Run& run) {
  const uint64_t begin = run.first() * kBlockSize;
  const uint64_t end = std::min(begin + run.size() * kBlockSize, entry_.size);
  TFHUB_ASSIGN(const auto part, fetching_.parts.get({.url = url_,
                                                     .range = {.first = begin, .last = end - 1},
                                                     .file_size = entry_.size,
                                                     .file_sha256 = entry_.sha256}));
  for (size_t which = 0; which < run.size(); ++which) {
    const size_t size = std::min(kBlockSize, end - begin - which * kBlockSize);
    auto data = std::make_unique_for_overwrite<std::byte[]>(size);
    for (size_t filled = 0; filled < size;) {
      TFHUB_ASSIGN(const size_t got, part->read({data.get() + filled, size - filled}));
      filled += got;
    }
    TFHUB_TRY(take(run, which, std::move(data), size));
  }
  return {};
}

// A reader gets the block that completes the file only after the digest was found right.
Result<void> RemoteFile::take(Run& run, size_t which, std::unique_ptr<std::byte[]> data, size_t size) {
  const std::lock_guard lock(digest_mutex_);
  if (run.first() + which == digested_) {
    TFHUB_TRY(digest({data.get(), size}));
    // Those that came before their turn, and are still here.
    while (digested_ > 0) {
      const BlockPointer next = fetching_.cache.find(id_, digested_);
      if (!next) break;
      TFHUB_TRY(digest(next->bytes()));
    }
  }
  run.fill(which, std::move(data), size);
  return {};
}

Result<void> RemoteFile::digest(Bytes block) {
  sha256_.update(block);
  if (++digested_ < blocks_) return {};
  digested_ = 0;  // whoever reads it all again checks it again
  if (sha256_.finish() == entry_.sha256) return {};
  ++damages_;
  fetching_.cache.forget(id_);
  return fail(damage());
}

Error RemoteFile::damage() const {
  return Error(Code::kCorrupt,
               fmt::format("{} does not have the SHA-256 that its version lists: it was damaged on "
                           "the way or on the host; try again, or tell the host's operator",
                           printable(redacted(url_))));
}

Result<size_t> FileReader::read(uint64_t offset, MutableBytes buffer) {
  const uint64_t expected = expected_.exchange(offset + buffer.size());
  // Readers skip a little: what lies between two tensors, what they have in a buffer of their own.
  const bool follows = offset + kBlockSize >= expected && offset <= expected + kBlockSize;
  const uint64_t ahead = follows ? std::min(std::max<uint64_t>(2 * ahead_, 1), kRunBlocks) : 0;
  ahead_ = ahead;
  auto got = file_->read(offset, buffer, ahead);
  // What came early may have shown it, unseen by whoever reads on.
  if (file_->damages() != damages_) return fail(file_->damage());
  return got;
}

}  // namespace tfhub::hubfs
