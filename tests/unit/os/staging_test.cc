#include "os/staging.h"

#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "os/syscalls.h"
#include "testing/temp_dir.h"

namespace tfhub::os {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

void add(StagingDirectory& staging, const std::string& name, const std::string& text) {
  auto fd = staging.create_file(name);
  ASSERT_TRUE(fd) << fd.error().message();
  ASSERT_TRUE(write_all(fd->get(), as_bytes(text), name));
}

TEST(StagingDirectory, WithoutCommitLeavesNothing) {
  const TempDir dir;
  {
    auto staging = StagingDirectory::create(dir / "s");
    ASSERT_TRUE(staging->make_directory("a/b"));
    add(*staging, "a/b/f", "x");
  }
  EXPECT_THAT(*list_directory(dir.path()), IsEmpty());
}

TEST(StagingDirectory, CommitMakesItVisibleWhole) {
  const TempDir dir;
  auto staging = StagingDirectory::create(dir / "s");
  ASSERT_TRUE(staging->make_directory("a"));
  add(*staging, "a/f", "x");
  EXPECT_TRUE(*staging->commit(dir / "d"));
  EXPECT_EQ(read_text(dir / "d/a/f"), "x");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("d"));
}

TEST(StagingDirectory, CommitOverAnEmptyDirectoryWorksAndOverAFullOneDoesNot) {
  const TempDir dir;
  ASSERT_TRUE(make_directories(dir / "empty"));
  write_text(dir / "full/f", "theirs");
  for (const char* destination : {"empty", "full"}) {
    auto staging = StagingDirectory::create(dir / "s");
    add(*staging, "f", "ours");
    EXPECT_EQ(*staging->commit(dir / destination), std::string(destination) == "empty");
  }
  EXPECT_EQ(read_text(dir / "empty/f"), "ours");
  EXPECT_EQ(read_text(dir / "full/f"), "theirs");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("empty", "full"));
}

TEST(StagingDirectory, FilesOfSeveralDirectoriesComeInAnyOrder) {
  const TempDir dir;
  auto staging = StagingDirectory::create(dir / "s");
  ASSERT_TRUE(staging->make_directory("a/b"));
  for (const char* name : {"a/b/1", "2", "a/3", "a/b/4", "5"}) add(*staging, name, name);
  const auto lost = staging->create_file("missing/6");
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message(), ::testing::HasSubstr("missing"));
  add(*staging, "a/7", "a/7");
  EXPECT_TRUE(*staging->commit(dir / "d"));
  for (const char* name : {"a/b/1", "2", "a/3", "a/b/4", "5", "a/7"})
    EXPECT_EQ(read_text(dir / (std::string("d/") + name)), name);
}

TEST(StagingDirectory, NeverLeavesItself) {
  const TempDir dir;
  ASSERT_TRUE(make_directories(dir / "outside"));
  auto staging = StagingDirectory::create(dir / "s");
  ASSERT_EQ(::symlink((dir / "outside").c_str(), (dir / "s/link").c_str()), 0) << "somebody plants a link";
  EXPECT_FALSE(staging->create_file("link/f"));
  EXPECT_FALSE(staging->create_file("../f"));
  EXPECT_FALSE(staging->create_file(dir / "outside/f"));
  EXPECT_FALSE(staging->make_directory("link"));
  EXPECT_FALSE(staging->make_directory("link/d"));
  EXPECT_FALSE(staging->make_directory("../d"));
  EXPECT_THAT(*list_directory(dir / "outside"), IsEmpty());
}

TEST(StagingDirectory, ANameIsCreatedOnce) {
  const TempDir dir;
  auto staging = StagingDirectory::create(dir / "s");
  ASSERT_TRUE(staging->make_directory("a/b"));
  EXPECT_TRUE(staging->make_directory("a/b")) << "a directory may be there already";
  EXPECT_TRUE(staging->create_file("a/b/f"));
  EXPECT_FALSE(staging->create_file("a/b/f"));
  EXPECT_FALSE(staging->create_file("none/f"));
}

TEST(StagingDirectory, IsFilledAnewAfterItWasCleared) {
  const TempDir dir;
  auto staging = StagingDirectory::create(dir / "s");
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(staging->make_directory("a/b"));
    ASSERT_TRUE(staging->create_file("a/b/f")) << time;
    ASSERT_TRUE(staging->create_file("a/b/g")) << time;
    if (time == 0) {
      ASSERT_TRUE(staging->clear());
    }
  }
  EXPECT_THAT(*list_directory(dir / "s/a/b"), ElementsAre("f", "g"));
}

TEST(StagingDirectory, AFailedSyncIsNotACommit) {
  const TempDir dir;
  auto staging = StagingDirectory::create(dir / "s");
  add(*staging, "f", "x");
  Syscalls broken = Syscalls::real();
  broken.fsync = [](int) { return errno = EIO, -1; };
  const ScopedSyscalls scope(broken);
  EXPECT_FALSE(staging->commit(dir / "d"));
  EXPECT_FALSE(*exists(dir / "d"));
}

TEST(StagingDirectory, SyncsAFewFilesOneByOneAndManyAtOnce) {
  const TempDir dir;
  int files = 0, whole = 0;
  Syscalls counting = Syscalls::real();
  counting.fsync = [&files](int fd) { return ++files, ::fsync(fd); };
  counting.syncfs = [&whole](int fd) { return ++whole, ::syncfs(fd); };
  const ScopedSyscalls scope(counting);
  auto few = StagingDirectory::create(dir / "few");
  add(*few, "f", "x");
  ASSERT_TRUE(few->sync());
  EXPECT_EQ(files, 2) << "the file and the directory";
  EXPECT_EQ(whole, 0);
  auto many = StagingDirectory::create(dir / "many");
  for (int i = 0; i < 100; ++i) add(*many, std::to_string(i), "x");
  ASSERT_TRUE(many->sync());
  EXPECT_EQ(files, 2);
  EXPECT_EQ(whole, 1);
}

TEST(StagingFile, CommitsOrLeavesNothing) {
  const TempDir dir;
  { ASSERT_TRUE(StagingFile::create(dir / "t")->write(as_bytes("lost"))); }
  EXPECT_THAT(*list_directory(dir.path()), IsEmpty());
  auto file = StagingFile::create(dir / "t");
  ASSERT_TRUE(file->write(as_bytes("kept")));
  EXPECT_EQ(file->size(), 4u);
  ASSERT_TRUE(file->commit(dir / "f"));
  EXPECT_EQ(read_text(dir / "f"), "kept");
  EXPECT_THAT(*list_directory(dir.path()), ElementsAre("f"));
}

}  // namespace
}  // namespace tfhub::os
