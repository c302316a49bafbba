// A process of root's that goes on as a user who owns nothing.
#pragma once

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tfhub::testing {

// He may still pass every directory (in some chroots only root may enter "/") and read, but write nowhere.
// False: we are not root, or may not.
inline bool become_nobody() {
  ::prctl(PR_SET_KEEPCAPS, 1);
  if (::setgid(65534) != 0 || ::setuid(65534) != 0) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  sets[0].effective = sets[0].permitted = 1U << CAP_DAC_READ_SEARCH;
  return ::syscall(SYS_capset, &header, sets) == 0;
}

}  // namespace tfhub::testing
