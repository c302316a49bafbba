// One file of a published version, read by blocks out of the memory that all files share. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/manifest.h"
#include "hubfs/fetching.h"

namespace tfhub::hubfs {

constexpr uint64_t kBlockSize = 4 << 20;
constexpr uint64_t kRunBlocks = 4;  // so many blocks come by one request, where they are neighbours

class RemoteFile : public std::enable_shared_from_this<RemoteFile> {
 public:
  // `fetching` outlives all that is done with this; `id` is unique in it.
  RemoteFile(Fetching& fetching, uint64_t id, std::string url, FileEntry entry);

  uint64_t size() const { return entry_.size; }
  // The bytes from `offset` on, fewer than asked for only at the end. What follows is brought meanwhile, up
  // to `ahead` blocks.
  Result<size_t> read(uint64_t offset, MutableBytes buffer, uint64_t ahead);
  // How often all of it was here and its digest was not the one that its version lists. All is fetched anew
  // then, but whoever read before it was found out may have been given wrong bytes.
  uint64_t damages() const { return damages_; }
  Error damage() const;  // kCorrupt

 private:
  BlockCache::Claim claim(uint64_t first, uint64_t needed_end, uint64_t ahead);
  Result<void> bring(Run& run);
  Result<void> take(Run& run, size_t which, std::unique_ptr<std::byte[]> data, size_t size);
  Result<void> digest(Bytes block);

  Fetching& fetching_;
  const uint64_t id_;
  const std::string url_;
  const FileEntry entry_;
  const uint64_t blocks_;

  // The digest of the blocks before `digested_`, which came or were here in their order.
  std::mutex digest_mutex_;
  Sha256 sha256_;
  uint64_t digested_ = 0;
  std::atomic<uint64_t> damages_{0};
};

// A file opened by somebody who reads it from front to back, or does not: then nothing is read ahead.
class FileReader {
 public:
  explicit FileReader(std::shared_ptr<RemoteFile> file)
      : file_(std::move(file)), damages_(file_->damages()) {}

  uint64_t size() const { return file_->size(); }
  // Once the file was found damaged this fails for good; open it again.
  Result<size_t> read(uint64_t offset, MutableBytes buffer);

 private:
  const std::shared_ptr<RemoteFile> file_;
  const uint64_t damages_;  // before we began
  // Guesses, which readers in several threads may confuse: at most some blocks come too early or too late.
  std::atomic<uint64_t> expected_{0};
  std::atomic<uint64_t> ahead_{0};
};

}  // namespace tfhub::hubfs
