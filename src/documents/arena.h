// Memory for one run of cmark-gfm: bounded, and given back as a whole. cmark calls abort() when memory ends,
// and a few hundred kilobytes of Markdown can ask for gigabytes (a table's missing cells are filled up; each
// use of a link's definition copies its URL). So it gets its memory here, and one that asks for more than
// the limit never returns: run() leaves with false. That is a longjmp out of C code, which has nothing to
// clean up that the arena does not hold.
#pragma once

#include <cmark-gfm.h>

#include <csetjmp>
#include <cstddef>

namespace tfhub::documents {

class Arena {
 public:
  explicit Arena(size_t limit);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Calls work(state), which calls cmark with memory() and holds no C++ object with a destructor. false: the
  // memory was not enough.
  bool run(void (*work)(void* state), void* state);

  // For cmark: the memory of the arena that this thread made last of those that live.
  static cmark_mem* memory();

 private:
  struct Block;
  friend struct ArenaCalls;
  Block* take(size_t size);
  void give_back(Block* block);

  size_t left_;
  Arena* outer_;
  Block* blocks_ = nullptr;
  std::jmp_buf escape_;
  bool can_escape_ = false;
};

}  // namespace tfhub::documents
