// Bytes from one socket to another without passing through this process: they wait in a pipe, as the kernel's
// own pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/byte_stream.h"
#include "os/fd.h"

namespace tfhub::transfer {

class SplicePipe {
 public:
  // Null: this process or this user has no more of them; then bytes are copied.
  static std::unique_ptr<SplicePipe> open();

  size_t held() const { return held_; }

  // Takes what is at `socket`, `most` bytes of it. Nothing must be held. Never waits. 0: nothing is there, or
  // its end, or an error: who receives from the socket hears which.
  size_t take_from(int socket, uint64_t most);
  // Gives `socket` what is held. `more`: other bytes follow at once. Never waits.
  Moved give_to(int socket, bool more);
  // The same into memory.
  size_t read(MutableBytes buffer);

 private:
  SplicePipe(os::UniqueFd out, os::UniqueFd in) : out_(std::move(out)), in_(std::move(in)) {}

  os::UniqueFd out_, in_;
  size_t held_ = 0;
};

}  // namespace tfhub::transfer
