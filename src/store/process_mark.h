// Who left this in a shared place, and is it still running? A mark names one process among all hosts and
// boots, so that left-overs of the dead can be told from the work of the living. Where nothing is certain,
// the answer is kUnknown, and the caller waits for age.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tfhub::store {

struct ProcessMark {
  std::string host;           // for people only: containers share names
  std::string boot;           // the kernel's boot id: which machine, since when
  std::string pid_namespace;  // inode number of the pid name space: in which container
  pid_t pid = 0;
  uint64_t started = 0;  // in clock ticks after boot, so that a pid used again is another process

  static ProcessMark current();
  // "<boot>.<name space>.<pid>.<started>", fit for a file name; the host is not in it.
  std::string text() const;
  static std::optional<ProcessMark> parse(std::string_view text);
};

enum class Life { kAlive, kDead, kUnknown };
// lock_free: whether the kernel lock that the process would hold could be taken; nothing where there is no
// such lock. A lock is believed when it is held; when it is free, only together with the same kernel (on some
// network file systems locks succeed for everyone).
Life life_of(const ProcessMark& mark, std::optional<bool> lock_free);

}  // namespace tfhub::store
