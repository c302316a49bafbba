#include "base/threads.h"

namespace tfhub {

Error no_thread_error() {
  return Error(
      Code::kUnexpected,
      "no thread can be started: the system allows no more processes; raise the limit (ulimit -u, or a "
      "container's --pids-limit)");
}

}  // namespace tfhub
