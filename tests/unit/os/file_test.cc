#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "os/syscalls.h"
#include "testing/nobody.h"
#include "testing/temp_dir.h"

namespace tfhub::os {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

TEST(WriteFileAtomically, ReplacesAndLeavesNothingElse) {
  const TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "a", as_bytes("one")));
  ASSERT_TRUE(write_file_atomically(dir / "a", as_bytes("two")));
  EXPECT_EQ(read_text(dir / "a"), "two");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("a"));
}

TEST(WriteFileAtomically, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "a", as_bytes("old")));
  Syscalls full = Syscalls::real();
  full.write = [](int, const void*, size_t) { return errno = ENOSPC, -1; };
  const ScopedSyscalls scope(full);
  const auto written = write_file_atomically(dir / "a", as_bytes("new"));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("full"));
  EXPECT_EQ(read_text(dir / "a"), "old");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("a"));
}

// access(2) asks for the real user's rights without his capabilities, which no other call does.
TEST(Exists, IsWhatThisProcessMaySee) {
  const TempDir dir;
  ASSERT_EQ(::mkdir((dir / "closed").c_str(), 0700), 0);
  write_text(dir / "closed/a", "x");
  const pid_t child = ::fork();
  if (child == 0) {
    const bool ready = ::geteuid() != 0 || tfhub::testing::become_nobody();
    const auto there = exists(dir / "closed/a");
    const auto not_there = exists(dir / "closed/b");
    ::_exit(ready && there && *there && not_there && !*not_there ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Exists, IsNoLinkThatLeadsNowhere) {
  const TempDir dir;
  ASSERT_EQ(::symlink("nowhere", (dir / "link").c_str()), 0);
  write_text(dir / "file", "x");
  EXPECT_FALSE(*exists(dir / "link"));
  EXPECT_FALSE(*exists(dir / "file/below"));
  EXPECT_TRUE(*exists(dir / "file"));
}

TEST(Exists, TellsWhenItCannotSee) {
  const TempDir dir;
  write_text(dir / "a", "x");
  for (const int error : {EACCES, EPERM, EIO, ESTALE, ENAMETOOLONG, ENOMEM}) {
    Syscalls failing = Syscalls::real();
    failing.fstatat = [&](int, const char*, struct ::stat*, int) { return errno = error, -1; };
    const ScopedSyscalls scope(failing);
    const auto there = exists(dir / "a");
    ASSERT_FALSE(there) << error;
    EXPECT_THAT(there.error().message(), HasSubstr(dir / "a"));
    EXPECT_NE(there.error().code(), Code::kNotFound);
    EXPECT_FALSE(write_file_if_absent(dir / "a", as_bytes("y")));
  }
  EXPECT_EQ(read_text(dir / "a"), "x");
}

TEST(WriteFileIfAbsent, TheFirstWins) {
  const TempDir dir;
  EXPECT_TRUE(*write_file_if_absent(dir / "a", as_bytes("first")));
  EXPECT_FALSE(*write_file_if_absent(dir / "a", as_bytes("second")));
  EXPECT_EQ(read_text(dir / "a"), "first");
}

TEST(WriteFileIfAbsent, WorksWhereThereAreNoHardLinks) {
  const TempDir dir;
  Syscalls without = Syscalls::real();
  without.linkat = [](int, const char*, int, const char*, int) { return errno = EPERM, -1; };
  const ScopedSyscalls scope(without);
  EXPECT_TRUE(*write_file_if_absent(dir / "a", as_bytes("first")));
  EXPECT_FALSE(*write_file_if_absent(dir / "a", as_bytes("second")));
  EXPECT_EQ(read_text(dir / "a"), "first");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("a"));
}

// VirtualBox's shared folders, gcsfuse, s3fs.
Syscalls poor_file_system() {
  Syscalls poor = Syscalls::real();
  poor.linkat = [](int, const char*, int, const char*, int) { return errno = EPERM, -1; };
  poor.renameat2 = [](int at, const char* from, int to_at, const char* to, unsigned flags) {
    return flags != 0 ? (errno = EINVAL, -1) : Syscalls::real().renameat2(at, from, to_at, to, 0);
  };
  return poor;
}

TEST(RenameNoReplace, OneOfManyWinsWithoutAnyCallForIt) {
  const TempDir dir;
  const ScopedSyscalls scope(poor_file_system());
  for (int round = 0; round < 20; ++round) {
    const std::string to = dir / fmt::format("to{}", round);
    std::atomic<int> winners = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        const std::string from = dir / fmt::format("from{}", i);
        write_text(from, std::to_string(i));
        const auto placed = rename_no_replace(from, to);
        ASSERT_TRUE(placed) << placed.error().message();
        if (*placed) ++winners;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_THAT(read_text(to), ::testing::AnyOf("0", "1", "2", "3"));
    EXPECT_FALSE(*exists(to + ".claim"));
  }
}

TEST(RenameNoReplace, WhoDiedWithAClaimKeepsNobodyOut) {
  const TempDir dir;
  const ScopedSyscalls scope(poor_file_system());
  write_text(dir / "from", "x");
  write_text(dir / "to.claim", "");
  const timespec long_ago[2]{{1000, 0}, {1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (dir / "to.claim").c_str(), long_ago, 0), 0);
  EXPECT_TRUE(*rename_no_replace(dir / "from", dir / "to"));
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("to"));
}

TEST(ReplaceSymlink, ExchangesTheTarget) {
  const TempDir dir;
  write_text(dir / "v1/f", "1");
  write_text(dir / "v2/f", "2");
  ASSERT_TRUE(replace_symlink("v1", dir / "m"));
  ASSERT_TRUE(replace_symlink("v2", dir / "m"));
  EXPECT_EQ(read_text(dir / "m/f"), "2");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("m", "v1", "v2"));
}

TEST(ReplaceSymlink, NeverReplacesADirectory) {
  const TempDir dir;
  write_text(dir / "m/f", "real");
  EXPECT_FALSE(replace_symlink("elsewhere", dir / "m"));
  EXPECT_EQ(read_text(dir / "m/f"), "real");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("m"));
}

TEST(RemoveTree, FollowsNoLink) {
  const TempDir dir;
  write_text(dir / "outside/kept", "x");
  write_text(dir / "tree/a/b/c", "x");
  ASSERT_EQ(::symlink((dir / "outside").c_str(), (dir / "tree/a/link").c_str()), 0);
  ASSERT_TRUE(remove_tree(dir / "tree"));
  EXPECT_FALSE(*exists(dir / "tree"));
  EXPECT_TRUE(exists(dir / "outside/kept"));
  EXPECT_TRUE(remove_tree(dir / "tree")) << "nothing there is fine";
}

TEST(RenameNoReplace, KeepsWhatIsThere) {
  const TempDir dir;
  write_text(dir / "a/f", "a");
  write_text(dir / "b/f", "b");
  EXPECT_FALSE(*rename_no_replace(dir / "a", dir / "b"));
  EXPECT_TRUE(*rename_no_replace(dir / "a", dir / "c"));
  EXPECT_EQ(read_text(dir / "b/f"), "b");
  EXPECT_EQ(read_text(dir / "c/f"), "a");
}

TEST(Walk, IsSortedParentsFirstAndShowsLinksThemselves) {
  const TempDir dir;
  write_text(dir / "b/2", "22");
  write_text(dir / "b/1", "1");
  write_text(dir / "a", "");
  ASSERT_EQ(::symlink("b", (dir / "c").c_str()), 0);
  const auto entries = walk(dir.path());
  ASSERT_TRUE(entries);
  std::vector<std::string> paths;
  for (const WalkEntry& entry : *entries) paths.push_back(entry.path);
  EXPECT_THAT(paths, ElementsAre("a", "b", "b/1", "b/2", "c"));
  EXPECT_EQ((*entries)[4].info.type, FileInfo::Type::kSymlink);
  EXPECT_EQ(tree_size(dir.path()), 3u);
}

TEST(MakeDirectories, ExistingIsFineAndAFileInTheWayIsSaid) {
  const TempDir dir;
  EXPECT_TRUE(make_directories(dir / "a/b/c"));
  EXPECT_TRUE(make_directories(dir / "a/b/c"));
  write_text(dir / "file", "");
  EXPECT_FALSE(make_directories(dir / "file/x"));
  EXPECT_FALSE(make_directories(dir / "file"));
}

TEST(ReadFile, RefusesMoreThanItsLimit) {
  const TempDir dir;
  write_text(dir / "a", std::string(5000, 'x'));
  EXPECT_EQ(read_file(dir / "a", 5000)->size(), 5000u);
  EXPECT_EQ(read_file(dir / "a", 4999).error().code(), Code::kCorrupt);
  EXPECT_EQ(read_file(dir / "none").error().code(), Code::kNotFound);
}

TEST(FileSource, ReadsARange) {
  const TempDir dir;
  write_text(dir / "a", "0123456789");
  auto source = FileSource::open(dir / "a", 3, 4);
  ASSERT_TRUE(source);
  std::byte buffer[16];
  EXPECT_EQ(*source->read(buffer), 4u);
  EXPECT_EQ(as_text(Bytes(buffer, 4)), "3456");
  EXPECT_EQ(*source->read(buffer), 0u);
}

TEST(Paths, ParentAndBaseName) {
  EXPECT_EQ(parent("/a/b"), "/a");
  EXPECT_EQ(parent("/a/"), "/");
  EXPECT_EQ(parent("a"), ".");
  EXPECT_EQ(base_name("/a/b/"), "b");
  EXPECT_EQ(join("/a/", "b"), "/a/b");
}

}  // namespace
}  // namespace tfhub::os
