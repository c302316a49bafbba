#include "hubfs/block_cache.h"

#include "base/error.h"

namespace tfhub::hubfs {

Run::~Run() {
  fail(Error(Code::kUnexpected, "reading in place was stopped; start it again"));
}

void Run::fill(size_t which, std::unique_ptr<std::byte[]> data, size_t size) {
  cache_->fill(*blocks_[which], std::move(data), size);
  filled_ = which + 1;
}

void Run::fail(const Error& error) {
  for (; filled_ < blocks_.size(); ++filled_)
    cache_->fail({file_, first_ + filled_}, blocks_[filled_], error);
}

BlockCache::Claim BlockCache::claim(uint64_t file, uint64_t first, uint64_t needed_end, uint64_t end,
                                    size_t longest_run) {
  Claim claim;
  const std::lock_guard lock(mutex_);
  bool continues = false;  // the last run ends where this block begins
  for (uint64_t index = first; index < end; ++index) {
    const Key key{file, index};
    auto [kept, is_new] = blocks_.try_emplace(key);
    if (is_new) {
      by_use_.push_front(key);
      kept->second = {std::make_shared<Block>(), by_use_.begin()};
      if (!continues || claim.missing.back().size() == longest_run)
        claim.missing.emplace_back(*this, file, index);
      claim.missing.back().blocks_.push_back(kept->second.block);
    } else {
      by_use_.splice(by_use_.begin(), by_use_, kept->second.place);
    }
    continues = is_new;
    if (index < needed_end) claim.blocks.push_back(kept->second.block);
  }
  return claim;
}

bool BlockCache::has(uint64_t file, uint64_t index) const {
  const std::lock_guard lock(mutex_);
  return blocks_.contains({file, index});
}

BlockPointer BlockCache::find(uint64_t file, uint64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto kept = blocks_.find({file, index});
  if (kept == blocks_.end() || kept->second.block->state_ != Block::State::kHere) return nullptr;
  return kept->second.block;
}

Result<Bytes> BlockCache::wait(const BlockPointer& block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return block->state_ != Block::State::kComing; });
  if (block->error_) return tfhub::fail(*block->error_);
  return block->bytes();
}

void BlockCache::fill(Block& block, std::unique_ptr<std::byte[]> data, size_t size) {
  {
    const std::lock_guard lock(mutex_);
    block.data_ = std::move(data);
    block.size_ = size;
    block.state_ = Block::State::kHere;
    held_ += size;
    make_room();
  }
  changed_.notify_all();
}

void BlockCache::fail(const Key& key, const BlockPointer& block, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    block->error_ = error;
    block->state_ = Block::State::kFailed;
    drop(blocks_.find(key));  // who comes later tries again
  }
  changed_.notify_all();
}

void BlockCache::make_room() {
  for (auto place = by_use_.end(); held_ > capacity_ && place != by_use_.begin();) {
    const auto kept = blocks_.find(*--place);
    if (kept->second.block->state_ != Block::State::kHere) continue;
    ++place;
    drop(kept);
  }
}

void BlockCache::drop(std::map<Key, Kept>::iterator kept) {
  held_ -= kept->second.block->size_;
  by_use_.erase(kept->second.place);
  blocks_.erase(kept);
}

void BlockCache::forget(uint64_t file) {
  const std::lock_guard lock(mutex_);
  for (auto kept = blocks_.lower_bound({file, 0}); kept != blocks_.end() && kept->first.first == file;) {
    const auto next = std::next(kept);
    if (kept->second.block->state_ == Block::State::kHere) drop(kept);
    kept = next;
  }
}

}  // namespace tfhub::hubfs
