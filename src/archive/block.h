// What goes round between the stages that inflate, read the tar and write: blocks of bytes, and batches of
// what those bytes are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "os/fd.h"

namespace tfhub::archive {

struct Block {
  explicit Block(size_t room_for)
      : memory(std::make_unique_for_overwrite<std::byte[]>(room_for)), capacity(room_for) {}

  std::unique_ptr<std::byte[]> memory;
  size_t capacity;
  size_t size = 0;

  MutableBytes room() { return {memory.get() + size, capacity - size}; }
  Bytes bytes() const { return {memory.get(), size}; }
};

// Bytes of one file, as they follow each other in a block.
struct Piece {
  os::UniqueFd file;  // with the first piece of a file: it, made and empty,
  std::string path;   // its name
  uint64_t size = 0;  // and how long it will be
  Bytes bytes;
  bool last = false;  // of its file
};

struct Batch {
  std::vector<Piece> pieces;
  Block* emptied = nullptr;  // no later piece lies in it
};

}  // namespace tfhub::archive
