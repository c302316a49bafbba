// For libraries that talk to stderr while they start, whatever they are told.
#pragma once

#include "os/fd.h"

namespace tfhub::cli {

// While it lives, what anybody in this process writes to stderr is gone.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  os::UniqueFd stderr_;  // the real one
};

}  // namespace tfhub::cli
