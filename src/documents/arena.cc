#include "documents/arena.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace tfhub::documents {
namespace {

thread_local Arena* current = nullptr;

}  // namespace

// In front of each piece of memory; a list, so that all of it can be given back.
struct alignas(std::max_align_t) Arena::Block {
  Block *previous, *next;
  size_t size;
  void* bytes() { return this + 1; }
  static Block* of(void* bytes) { return static_cast<Block*>(bytes) - 1; }
};

// What cmark calls.
struct ArenaCalls {
  static void* allocate(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return current->take(SIZE_MAX)->bytes();
    Arena::Block* block = current->take(count * size);
    std::memset(block->bytes(), 0, count * size);
    return block->bytes();
  }
  static void* reallocate(void* old, size_t size) {
    Arena::Block* block = current->take(size);
    if (old != nullptr) {
      Arena::Block* before = Arena::Block::of(old);
      std::memcpy(block->bytes(), before->bytes(), std::min(size, before->size));
      current->give_back(before);
    }
    return block->bytes();
  }
  static void release(void* bytes) {
    if (bytes != nullptr) current->give_back(Arena::Block::of(bytes));
  }
};

Arena::Arena(size_t limit) : left_(limit), outer_(current) {
  current = this;
}

Arena::~Arena() {
  while (blocks_ != nullptr) give_back(blocks_);
  current = outer_;
}

cmark_mem* Arena::memory() {
  static cmark_mem calls = {ArenaCalls::allocate, ArenaCalls::reallocate, ArenaCalls::release};
  return &calls;
}

bool Arena::run(void (*work)(void* state), void* state) {
  if (setjmp(escape_) != 0) {  // NOLINT: see the top of the header
    can_escape_ = false;
    return false;
  }
  can_escape_ = true;
  work(state);
  can_escape_ = false;
  return true;
}

Arena::Block* Arena::take(size_t size) {
  const bool fits = size <= left_ && left_ - size >= sizeof(Block);
  auto* block = fits || !can_escape_ ? static_cast<Block*>(std::malloc(sizeof(Block) + size)) : nullptr;
  if (block == nullptr) {
    if (can_escape_) std::longjmp(escape_, 1);  // NOLINT
    std::abort();                               // an iterator's few bytes: as operator new would end
  }
  left_ -= std::min(left_, sizeof(Block) + size);
  block->previous = nullptr;
  block->next = blocks_;
  block->size = size;
  if (blocks_ != nullptr) blocks_->previous = block;
  blocks_ = block;
  return block;
}

void Arena::give_back(Block* block) {
  if (block->previous != nullptr) block->previous->next = block->next;
  if (block->next != nullptr) block->next->previous = block->previous;
  if (blocks_ == block) blocks_ = block->next;
  left_ += sizeof(Block) + block->size;
  std::free(block);
}

}  // namespace tfhub::documents
