// Caches where a rename is not the only way: layers of an image, file systems that lack calls, and places
// that a group shares.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "cache/cache_testing.h"
#include "os/syscalls.h"
#include "testing/nobody.h"

namespace tfhub::cache {
namespace {

using ::testing::IsEmpty;

const std::string kOtherModel = "https://hub.example.org/acme/other/1";
const std::string kItsAlias = "https://hub.example.org/acme/mul";

// overlayfs: a directory that came with the image can be emptied and removed, but not renamed.
os::Syscalls unmovable(const std::string& directory) {
  os::Syscalls calls = os::Syscalls::real();
  calls.renameat2 = [directory](int at, const char* from, int to_at, const char* to, unsigned flags) {
    if (from == directory) return errno = EXDEV, -1;
    return os::Syscalls::real().renameat2(at, from, to_at, to, flags);
  };
  return calls;
}

class OddFileSystem : public CacheTest {};

TEST_F(OddFileSystem, AModelOfTheImageIsRemovedHealedAndPruned) {
  const os::ScopedSyscalls scope(unmovable(m(handle_)));
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(kItsAlias, handle_, "e"));
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  put(handle_);
  EXPECT_TRUE(is_complete(handle_) && is_complete(kItsAlias));
  EXPECT_TRUE(cache_.remove(handle_));
  EXPECT_THAT(names(), IsEmpty());

  put(handle_);
  PruneOptions to_nothing;
  to_nothing.max_size = 0;
  EXPECT_EQ(cache_.prune(to_nothing)->removed.size(), 1U);
  EXPECT_THAT(names(), IsEmpty());

  // Half a directory in an alias's place.
  put(kOtherModel);
  write_text(m(handle_) + "/variables/variables.index", "x");
  ASSERT_TRUE(cache_.set_alias(handle_, kOtherModel, "e"));
  EXPECT_TRUE(is_complete(handle_));
}

TEST_F(OddFileSystem, WithoutHardLinksAndRenamesThatReplaceNothing) {
  os::Syscalls poor = os::Syscalls::real();
  poor.renameat2 = [](int at, const char* from, int to_at, const char* to, unsigned flags) {
    if (flags != 0) return errno = EINVAL, -1;
    return os::Syscalls::real().renameat2(at, from, to_at, to, 0);
  };
  for (const int error : {EPERM, EOPNOTSUPP, ENOSYS, EMLINK}) {
    poor.linkat = [error](int, const char*, int, const char*, int) { return errno = error, -1; };
    const os::ScopedSyscalls scope(poor);
    put(handle_);
    std::filesystem::remove(m(handle_) + "/saved_model.pb");
    put(handle_);
    ASSERT_TRUE(cache_.set_alias(kItsAlias, handle_, "e"));
    EXPECT_TRUE(is_complete(handle_) && is_complete(kItsAlias));
    EXPECT_TRUE(cache_.remove(handle_));
    EXPECT_THAT(names(), IsEmpty());
  }
}

// A group's cache: its directory has the setgid bit, its members the umask 002.
TEST_F(OddFileSystem, TheUmaskSaysWhoElseMayWrite) {
  const auto modes = [&](mode_t mask) {
    const mode_t before = ::umask(mask);
    put(handle_);
    ::umask(before);
    std::set<mode_t> seen;
    const std::string descriptor = m(handle_) + ".descriptor.txt";
    std::vector<std::string> paths{m(handle_), descriptor};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(m(handle_)))
      paths.push_back(entry.path());
    for (const std::string& path : paths) {
      struct ::stat status {};
      EXPECT_EQ(::stat(path.c_str(), &status), 0);
      seen.insert(status.st_mode & 07777);
    }
    EXPECT_TRUE(cache_.remove(handle_));
    return seen;
  };
  EXPECT_EQ(modes(002), (std::set<mode_t>{0775, 0664}));
  EXPECT_EQ(modes(022), (std::set<mode_t>{0755, 0644}));
  EXPECT_EQ(modes(077), (std::set<mode_t>{0700, 0600}));
}

// A colleague made it with another umask: it stays as it is, and is not half moved away.
TEST_F(OddFileSystem, WhatOnlyItsOwnerMayRemoveIsNotMoved) {
  put(handle_);
  put(kOtherModel);
  std::filesystem::permissions(m(handle_) + "/variables", std::filesystem::perms(0755));
  ASSERT_EQ(::chmod(cache_.directory().c_str(), 0777), 0);
  ASSERT_EQ(::chmod(m(kOtherModel).c_str(), 0777), 0);
  ASSERT_EQ(::chmod((m(kOtherModel) + "/variables").c_str(), 0777), 0);
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  const auto before = names();
  Child colleague([&] {
    if (::geteuid() == 0 && !tfhub::testing::become_nobody()) return false;
    const auto healed = cache_.get_or_fill(handle_, never_fill());
    if (healed || healed.error().code() != Code::kNotAllowed) return false;
    if (healed.error().message().find("ask its owner") == std::string::npos) return false;
    const auto removed = cache_.remove(handle_);
    if (removed || removed.error().code() != Code::kNotAllowed) return false;
    if (removed.error().message().find(m(handle_)) == std::string::npos) return false;
    if (names() != before) return false;
    PruneOptions to_nothing;
    to_nothing.max_size = 0;
    const auto pruned = cache_.prune(to_nothing);
    return pruned && pruned->removed.size() == 1;
  });
  EXPECT_TRUE(colleague.succeeded());
  EXPECT_EQ(names(), only(handle_));
  EXPECT_FALSE(*cache_.find(kOtherModel));
}

}  // namespace
}  // namespace tfhub::cache
