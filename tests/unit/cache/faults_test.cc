// Disks that are full, read-only, foreign or broken.
#include <sys/stat.h>

#include "cache/cache_testing.h"
#include "cache/changing_calls.h"
#include "testing/nobody.h"

namespace tfhub::cache {
namespace {

using FaultsTest = CacheTest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Every change to the disk but a removal (which needs no space) asks `before` for an errno first.
os::Syscalls intercepted(std::function<int()> before) {
  os::Syscalls calls = changing_calls({.before = std::move(before)});
  calls.unlinkat = os::Syscalls::real().unlinkat;
  return calls;
}

// The n-th change fails, for every n: a clear error, nothing left, and the next one succeeds.
class FailingCall : public FaultsTest, public ::testing::WithParamInterface<int> {};

TEST_P(FailingCall, LeavesNothing) {
  for (int n = 1;; ++n) {
    std::filesystem::remove_all(cache_.directory());
    int calls = 0;
    Result<std::string> path = fail(Code::kUnexpected, "");
    {
      const os::ScopedSyscalls scope(intercepted([&] { return ++calls == n ? GetParam() : 0; }));
      path = cache_.get_or_fill(handle_, fill_with(model_files()));
    }
    if (path && calls < n) {
      EXPECT_GT(n, 10);
      return;
    }
    if (path) {
      // A directory that cannot be synced is let pass (os::sync_path).
      EXPECT_TRUE(is_complete(handle_));
      continue;
    }
    EXPECT_THAT(path.error().message(), HasSubstr(cache_.directory())) << "call " << n;
    // Once M is in place only the sync of the directory can fail: then the model is there, and whole.
    if (!*cache_.find(handle_)) {
      EXPECT_THAT(names(), IsEmpty()) << "call " << n;
    }
    put(handle_);
    EXPECT_EQ(names(), only(handle_));
    EXPECT_THAT(cache_.verify(handle_).value(), IsEmpty());
  }
}
INSTANTIATE_TEST_SUITE_P(Errors, FailingCall, ::testing::Values(ENOSPC, EIO, EROFS));

TEST_F(FaultsTest, AFullDiskIsSaid) {
  const os::Syscalls real = os::Syscalls::real();
  os::Syscalls full = real;
  full.write = [&](int fd, const void* data, size_t size) -> ssize_t {
    if (size > 100) {
      errno = ENOSPC;
      return -1;
    }
    return real.write(fd, data, size);
  };
  const os::ScopedSyscalls scope(full);
  const auto path = cache_.get_or_fill(handle_, fill_with({{"saved_model.pb", std::string(200, 'x')}}));
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message(), HasSubstr("full"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FaultsTest, AReadOnlyFileSystemMissesAtOnce) {
  put(handle_);
  const os::ScopedSyscalls scope(intercepted([] { return EROFS; }));
  EXPECT_TRUE(is_complete(handle_));
  EXPECT_TRUE(cache_.list());
  EXPECT_TRUE(cache_.verify(std::nullopt));
  const auto path = cache_.get_or_fill("https://x/other", never_fill());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNotAllowed);
  EXPECT_THAT(path.error().message(), HasSubstr(cache_.directory()));
  EXPECT_THAT(path.error().message(), HasSubstr("TFHUB_CACHE_DIR"));
}

// As another user, who may read and not write.
TEST_F(FaultsTest, AForeignCacheHitsAndMissesAtOnce) {
  put(handle_);
  put_foreign("https://x/foreign");
  // Somebody who may write here is filling it: that must not make us wait.
  write_text(m("https://x/other") + ".lock", "elsewhere.1.00000000000040008000000000000000");
  std::filesystem::last_write_time(m(handle_) + ".descriptor.txt",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(5));
  const auto used = std::filesystem::last_write_time(m(handle_) + ".descriptor.txt");
  ::chmod(temp_.path().c_str(), 0755);
  ::chmod(cache_.directory().c_str(), 0555);
  const auto before = names();
  Stopwatch watch;
  Child other([&] {
    if (::geteuid() == 0 && !tfhub::testing::become_nobody()) return false;
    const auto miss = cache_.get_or_fill("https://x/other", never_fill());
    const auto foreign = cache_.find("https://x/foreign");
    return is_complete(handle_) && foreign && *foreign && !miss && miss.error().code() == Code::kNotAllowed &&
           miss.error().message().find("TFHUB_CACHE_DIR") != std::string::npos;
  });
  EXPECT_TRUE(other.succeeded());
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
  EXPECT_EQ(names(), before);
  if (::geteuid() == 0) {
    EXPECT_EQ(std::filesystem::last_write_time(m(handle_) + ".descriptor.txt"), used);
  }
  ::chmod(cache_.directory().c_str(), 0755);
}

}  // namespace
}  // namespace tfhub::cache
