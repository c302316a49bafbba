// A pipe of a few large blocks between two threads: one fills, one empties, the blocks go round. Memory is
// bounded and nothing is copied; cancel() ends both sides at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/byte_stream.h"

namespace tfhub::archive {

struct Block {
  std::unique_ptr<std::byte[]> memory;
  size_t capacity = 0;
  size_t size = 0;

  MutableBytes room() { return {memory.get() + size, capacity - size}; }
  Bytes bytes() const { return {memory.get(), size}; }
};

class BlockPipe {
 public:
  BlockPipe(size_t blocks, size_t block_size);

  // The filling side. An empty block, or nullptr once cancelled.
  Block* acquire();
  void publish(Block* block);
  void finish();

  // The emptying side. nullptr at the end, or once cancelled.
  Block* take();
  void release(Block* block);

  void cancel();
  bool cancelled() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::condition_variable filled_;
  std::vector<Block> blocks_;
  std::vector<Block*> free_;  // the last one given back is the next one used: it may still be in a cache
  std::deque<Block*> full_;
  bool finished_ = false;
  bool cancelled_ = false;
};

}  // namespace tfhub::archive
