// Who waits for a file's lock (flock), as the kernel tells.
#pragma once

#include <sys/stat.h>

#include <fstream>
#include <string>

namespace tfhub::testing {

// Whether somebody waits, in /proc/locks: "1: -> FLOCK  ADVISORY  WRITE 71 00:2b:9 0 EOF".
inline bool somebody_waits_for_lock(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  const std::string inode = ":" + std::to_string(status.st_ino) + " ";
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);)
    if (line.find("-> FLOCK") != std::string::npos && line.find(inode) != std::string::npos) return true;
  return false;
}

}  // namespace tfhub::testing
