#include "cli/silence.h"

#include <fcntl.h>

#include <cstdio>

namespace tfhub::cli {

Silence::Silence() {
  const os::UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere) return;
  std::fflush(stderr);
  stderr_.reset(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  if (stderr_) ::dup2(nowhere.get(), STDERR_FILENO);
}

Silence::~Silence() {
  if (!stderr_) return;
  std::fflush(stderr);
  ::dup2(stderr_.get(), STDERR_FILENO);
}

}  // namespace tfhub::cli
