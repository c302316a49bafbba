// Ctrl-C leaves nothing: work in progress is told to stop, unwinds (its destructors remove what was staged),
// and only then does the process die by the signal. What hangs in a system call is cleaned up behind its
// back. A program that embeds the library is left alone: only the command switches this on.
#pragma once

#include <string>

#include "base/byte_stream.h"
#include "base/interruption.h"

namespace tfhub::client {

// From now on SIGINT, SIGTERM and SIGHUP are answered as above while there is work in progress. Costs nothing
// until then: a cache hit neither starts a thread nor installs a handler.
void clean_up_on_signals();

// Dies by the signal that interrupted us, if one did.
void die_if_interrupted();

// While it lives, signals wait for it. Declare it before what is to be unwound.
class WorkInProgress {
 public:
  WorkInProgress();
  ~WorkInProgress();
  WorkInProgress(const WorkInProgress&) = delete;
  WorkInProgress& operator=(const WorkInProgress&) = delete;

  // A staging directory or file that must not survive us.
  void watch(std::string path);

 private:
  std::string path_;
};

// Bytes that stop coming once the reading thread is interrupted.
class InterruptibleSource final : public ByteSource {
 public:
  explicit InterruptibleSource(ByteSource& source) : source_(source) {}
  Result<size_t> read(MutableBytes buffer) override {
    if (auto go_on = check_interrupted(); !go_on) return tl::unexpected(go_on.error());
    return source_.read(buffer);
  }

 private:
  ByteSource& source_;
};

}  // namespace tfhub::client
