// Blocks of files in memory, the least recently used forgotten first. However many readers want a block, one
// of them brings it and the others wait. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_stream.h"

namespace tfhub::hubfs {

class Block {
 public:
  Bytes bytes() const { return {data_.get(), size_}; }  // once it is here, for good

 private:
  friend class BlockCache;
  enum class State { kComing, kHere, kFailed } state_ = State::kComing;
  std::unique_ptr<std::byte[]> data_;
  size_t size_ = 0;
  std::optional<Error> error_;
};
using BlockPointer = std::shared_ptr<Block>;

class BlockCache;

// Neighbouring blocks that whoever has this must bring. Those that are not filled when it ends have failed.
class Run {
 public:
  Run(BlockCache& cache, uint64_t file, uint64_t first) : cache_(&cache), file_(file), first_(first) {}
  Run(Run&&) = default;
  Run& operator=(Run&&) = delete;
  ~Run();

  uint64_t first() const { return first_; }  // the index of the first
  size_t size() const { return blocks_.size(); }
  void fill(size_t which, std::unique_ptr<std::byte[]> data, size_t size);
  void fail(const Error& error);  // of all that are not filled yet

 private:
  friend class BlockCache;
  BlockCache* cache_;
  uint64_t file_, first_;
  std::vector<BlockPointer> blocks_;
  size_t filled_ = 0;  // they are filled in their order
};

class BlockCache {
 public:
  // The most bytes that are kept; what readers hold or wait for comes on top.
  explicit BlockCache(uint64_t capacity) : capacity_(capacity) {}
  uint64_t capacity() const { return capacity_; }

  struct Claim {
    std::vector<BlockPointer> blocks;  // all that were asked for
    std::vector<Run> missing;          // to be brought by the caller
  };
  // The blocks [first, needed_end) of a file. What is missing before `end` is the caller's to bring, in runs
  // of at most `longest_run`.
  Claim claim(uint64_t file, uint64_t first, uint64_t needed_end, uint64_t end, size_t longest_run);
  // Whether it is here or coming.
  bool has(uint64_t file, uint64_t index) const;
  BlockPointer find(uint64_t file, uint64_t index) const;  // null: not here
  Result<Bytes> wait(const BlockPointer& block);
  void forget(uint64_t file);

 private:
  friend class Run;
  using Key = std::pair<uint64_t, uint64_t>;  // file, index
  struct Kept {
    BlockPointer block;
    std::list<Key>::iterator place;
  };
  void fill(Block& block, std::unique_ptr<std::byte[]> data, size_t size);
  void fail(const Key& key, const BlockPointer& block, const Error& error);
  void make_room();
  void drop(std::map<Key, Kept>::iterator kept);

  const uint64_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, Kept> blocks_;
  std::list<Key> by_use_;  // the last used first
  uint64_t held_ = 0;      // bytes
};

}  // namespace tfhub::hubfs
