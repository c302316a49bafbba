#include "archive/block_pipe.h"

namespace tfhub::archive {

BlockPipe::BlockPipe(size_t blocks, size_t block_size) : blocks_(blocks) {
  for (Block& block : blocks_) {
    block.memory = std::make_unique_for_overwrite<std::byte[]>(block_size);
    block.capacity = block_size;
    free_.push_back(&block);
  }
}

Block* BlockPipe::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return cancelled_ || !free_.empty(); });
  if (cancelled_) return nullptr;
  Block* const block = free_.back();
  free_.pop_back();
  block->size = 0;
  return block;
}

void BlockPipe::publish(Block* block) {
  {
    const std::lock_guard lock(mutex_);
    full_.push_back(block);
  }
  filled_.notify_one();
}

void BlockPipe::finish() {
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
  }
  filled_.notify_one();
}

Block* BlockPipe::take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return cancelled_ || finished_ || !full_.empty(); });
  if (cancelled_ || full_.empty()) return nullptr;
  Block* const block = full_.front();
  full_.pop_front();
  return block;
}

void BlockPipe::release(Block* block) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(block);
  }
  freed_.notify_one();
}

void BlockPipe::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  freed_.notify_all();
  filled_.notify_all();
}

bool BlockPipe::cancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_;
}

}  // namespace tfhub::archive
