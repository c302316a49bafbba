#include "cli/surroundings.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace tfhub::cli {

void settle_in() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free number is this one. Opened the wrong way round, so that reading and writing still fail.
    const int placeholder = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (placeholder >= 0 && placeholder != stream) ::close(placeholder);
  }
  ::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace tfhub::cli
