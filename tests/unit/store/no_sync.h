// Tests that look at what processes see, not at what a power cut leaves, need not wait for the disk.
#pragma once

#include "os/syscalls.h"

namespace tfhub::testing {

class NoSync {
 public:
  NoSync() : scope_(without_syncs()) {}

 private:
  static os::Syscalls without_syncs() {
    os::Syscalls calls = os::Syscalls::real();
    calls.fsync = [](int) { return 0; };
    calls.syncfs = [](int) { return 0; };
    return calls;
  }
  os::ScopedSyscalls scope_;
};

}  // namespace tfhub::testing
