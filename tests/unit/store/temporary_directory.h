// A fresh directory for one test, gone with it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tfhub::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string path = parent() + "/tfhub_store_test_XXXXXX";
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot create " + path);
    path_ = path;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  // In memory where there is some: a disk that others keep busy makes a test of milliseconds one of minutes.
  static std::string parent() {
    const bool chosen = std::getenv("TMPDIR") != nullptr;
    return !chosen && ::access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                      : std::filesystem::temp_directory_path().string();
  }

  std::string path_;
};

}  // namespace tfhub::testing
