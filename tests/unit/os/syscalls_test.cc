// What may be opened beneath a directory, by the kernel's openat2 and by hand where that is not to be had.
#include "os/syscalls.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <thread>

#include "os/fd.h"
#include "testing/temp_dir.h"

namespace tfhub::os {
namespace {

using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

// Makes openat2 fail with `error` for the rest of the calling thread, as an old kernel or a sandbox does.
bool refuse_openat2(int error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 &&
         ::syscall(SYS_openat2, -1, "", nullptr, 0) == -1 && errno == error;
}

// The parameter is the error of openat2; 0: the kernel's own answer.
class OpenBeneath : public ::testing::TestWithParam<int> {
 protected:
  OpenBeneath() {
    write_text(top_ / "outside/secret", "secret");
    write_text(top_ / "root/a/b/file", "inside");
    root_.reset(::open((top_ / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  void plant_link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, top_ / "root/" + name);
  }

  // The body of a test, on a thread of its own: a filter stays as long as its thread.
  template <typename Body>
  void run(const Body& body) {
    std::thread([&] {
      ASSERT_TRUE(GetParam() == 0 || refuse_openat2(GetParam()));
      body();
    }).join();
  }
  UniqueFd open(const std::string& path, int flags = O_RDONLY, mode_t mode = 0) const {
    return UniqueFd(syscalls().open_beneath(root_.get(), path.c_str(), flags | O_CLOEXEC, mode));
  }
  int error_of(const std::string& path, int flags = O_RDONLY, mode_t mode = 0) const {
    errno = 0;
    return open(path, flags, mode) ? 0 : errno;
  }

  TempDir top_;
  UniqueFd root_;
};

TEST_P(OpenBeneath, OpensAndCreatesWhatIsThere) {
  run([&] {
    const UniqueFd file = open("a/b/file");
    char text[7] = {};
    ASSERT_EQ(::read(file.get(), text, sizeof text), 6);
    EXPECT_STREQ(text, "inside");
    EXPECT_TRUE(open("a/b", O_RDONLY | O_DIRECTORY));
    EXPECT_EQ(error_of("a/b/none"), ENOENT);
    EXPECT_EQ(error_of("a/none/file"), ENOENT);
    EXPECT_EQ(error_of("a/b/file/more"), ENOTDIR);

    const UniqueFd made = open("a/made", O_WRONLY | O_CREAT | O_EXCL, 0600);
    struct stat status {};
    ASSERT_EQ(::fstat(made.get(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(error_of("a/made", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
  });
}

TEST_P(OpenBeneath, DoesNotGoUp) {
  run([&] {
    for (const char* path : {"..", "../outside/secret", "a/../../outside/secret", "a/b/../../../outside"})
      EXPECT_EQ(error_of(path), EXDEV) << path;
    EXPECT_EQ(error_of(top_ / "outside/secret"), EXDEV);
    EXPECT_EQ(error_of("../outside/made", O_WRONLY | O_CREAT, 0600), EXDEV);
  });
  EXPECT_FALSE(std::filesystem::exists(top_ / "outside/made"));
}

// Neither as the last name nor before it, and wherever the link leads.
TEST_P(OpenBeneath, FollowsNoLink) {
  plant_link("../outside", "leads-out");
  plant_link("a", "leads-in");
  plant_link("../../outside/secret", "a/file-outside");
  plant_link("b/file", "a/file-inside");
  plant_link("../outside/made", "leads-to-nothing");
  run([&] {
    for (const char* path : {"leads-out/secret", "leads-in/b/file", "leads-in/b", "a/file-outside",
                             "a/file-inside", "leads-out", "leads-in", "leads-out/made"})
      for (const int flags : {O_RDONLY, O_WRONLY | O_CREAT, O_RDONLY | O_DIRECTORY}) {
        const int error = error_of(path, flags, 0600);
        EXPECT_TRUE(error == ELOOP || error == ENOTDIR) << path << ": " << error;
      }
    EXPECT_EQ(error_of("leads-to-nothing", O_WRONLY | O_CREAT, 0600), ELOOP);
  });
  EXPECT_FALSE(std::filesystem::exists(top_ / "outside/made"));
  EXPECT_EQ(read_text(top_ / "outside/secret"), "secret");
}

INSTANTIATE_TEST_SUITE_P(Kernels, OpenBeneath, ::testing::Values(0, ENOSYS, EPERM), [](const auto& test) {
  return test.param == 0 ? "WithOpenat2" : test.param == ENOSYS ? "WithoutOpenat2" : "Openat2IsForbidden";
});

}  // namespace
}  // namespace tfhub::os
