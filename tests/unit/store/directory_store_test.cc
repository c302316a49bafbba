#include "store/directory_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "os/syscalls.h"
#include "store/no_sync.h"
#include "store/object_store_suite.h"
#include "testing/temp_dir.h"

namespace tfhub::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;

std::shared_ptr<ObjectStore> open_at(const std::string& path) {
  auto store = open_directory_store(path, true);
  EXPECT_TRUE(store) << store.error().message();
  return store ? *store : nullptr;
}

// The store and the directory that goes with it.
std::shared_ptr<ObjectStore> fresh_store() {
  auto directory = std::make_shared<TempDir>();
  auto store = open_at(*directory / "hub");
  return std::shared_ptr<ObjectStore>(store.get(),
                                      [directory, store](ObjectStore*) mutable { store.reset(); });
}

// The suite is not about power cuts; what is counts the calls itself.
std::shared_ptr<ObjectStore> fresh_unsynced_store() {
  auto no_sync = std::make_shared<testing::NoSync>();
  auto store = fresh_store();
  return std::shared_ptr<ObjectStore>(store.get(), [no_sync, store](ObjectStore*) mutable { store.reset(); });
}

INSTANTIATE_TEST_SUITE_P(Directory, ObjectStoreSuite,
                         ::testing::Values(StoreCase{"Directory", fresh_unsynced_store}), store_name);

std::vector<std::string> names(const std::string& path) {
  std::vector<std::string> result;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error))
    result.push_back(entry.path().filename());
  return result;
}

TEST(DirectoryStore, AKeyIsAPath) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  ASSERT_TRUE(put_small(*store, "acme/mul/1.tar.gz", as_bytes("bytes")));
  std::ifstream file(directory / "acme/mul/1.tar.gz");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "bytes");
  EXPECT_EQ(store->url(), directory.path());

  const auto fd = dynamic_cast<LocalObjects&>(*store).open("acme/mul/1.tar.gz");
  ASSERT_TRUE(fd);
  char buffer[10];
  EXPECT_EQ(::read(fd->get(), buffer, sizeof buffer), 5);
  for (const std::string key : {"acme/mul", "acme/mul/2.tar.gz", "acme"}) {
    const auto none = dynamic_cast<LocalObjects&>(*store).open(key);
    ASSERT_FALSE(none) << key;
    EXPECT_EQ(none.error().code(), Code::kNotFound);
  }
}

TEST(DirectoryStore, OpensOnlyWhatIsADirectory) {
  const TempDir directory;
  const auto missing = open_directory_store(directory / "none", false);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("none"));
  std::ofstream(directory / "file") << "x";
  const auto file = open_directory_store(directory / "file", true);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code(), Code::kUsage);
  ASSERT_TRUE(open_directory_store(directory / "deep/er/", true));
  EXPECT_EQ((*open_directory_store(directory / "deep/er/", false))->url(), directory / "deep/er");
}

TEST(DirectoryStore, LeavesNothingBesideTheObjects) {
  const TempDir directory;
  {
    const auto store = open_at(directory.path());
    ASSERT_TRUE(store->put_if_absent("a/b", as_bytes("x")));
    ASSERT_TRUE(store->put_if_absent("a/b", as_bytes("y")));
    EXPECT_THAT(names(directory / "a"), ::testing::ElementsAre("b"));
  }
  EXPECT_THAT(names(directory / ".tmp"), IsEmpty());
}

TEST(DirectoryStore, ReadingWritesNothing) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  EXPECT_TRUE(store->head("a"));
  EXPECT_FALSE(store->get("a"));
  EXPECT_TRUE(store->list("", true));
  EXPECT_THAT(names(directory.path()), IsEmpty());
}

TEST(DirectoryStore, MovesAnObjectOrAWholePrefix) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  auto& local = dynamic_cast<LocalObjects&>(*store);
  for (const std::string key : {"s/t/archive", "s/t/u/a", "s/t/u/b/c"})
    ASSERT_TRUE(put_small(*store, key, as_bytes(key)));

  EXPECT_EQ(*local.move("s/t/archive", "acme/mul/1.tar.gz"), true);
  EXPECT_EQ(*local.move("s/t/u", "acme/mul/1/uncompressed"), true);
  EXPECT_EQ(**read_small(*store, "acme/mul/1/uncompressed/b/c"), "s/t/u/b/c");
  EXPECT_THAT(names(directory.path()), ::testing::UnorderedElementsAre(".tmp", "acme"));  // no empty s/t left

  ASSERT_TRUE(put_small(*store, "s/t/archive", as_bytes("late")));
  ASSERT_TRUE(put_small(*store, "s/t/u/late", as_bytes("late")));
  EXPECT_EQ(*local.move("s/t/archive", "acme/mul/1.tar.gz"), false);
  EXPECT_EQ(*local.move("s/t/u", "acme/mul/1/uncompressed"), false);
  EXPECT_EQ(**read_small(*store, "acme/mul/1.tar.gz"), "s/t/archive");
  EXPECT_EQ(**read_small(*store, "s/t/u/late"), "late");

  const auto none = local.move("s/none", "x/y");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kNotFound);
  EXPECT_FALSE(local.move("../x", "y"));
  EXPECT_FALSE(local.move("s/t/archive", "../y"));
}

TEST(DirectoryStore, OfManyMoversOneMoves) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  auto& local = dynamic_cast<LocalObjects&>(*store);
  for (int round = 0; round < 20; ++round) {
    const std::string from = "s/" + std::to_string(round), to = "d/" + std::to_string(round) + "/u";
    ASSERT_TRUE(put_small(*store, from + "/a", as_bytes("x")));
    std::atomic<int> moved = 0, other = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto result = local.move(from, to);
        if (result && *result) ++moved;
        if (!result && result.error().code() != Code::kNotFound) ++other;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(moved, 1);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(**read_small(*store, to + "/a"), "x");
  }
}

// What a publish of many files costs in syncs, and that a few are synced one by one.
TEST(DirectoryStore, AFolderThatComesAndGoesIsListedAllTheTime) {
  const testing::NoSync no_sync;
  const auto store = fresh_store();
  std::atomic<bool> enough = false;
  std::thread other([&] {
    while (!enough) {
      EXPECT_TRUE(put_small(*store, "folder/object", as_bytes("bytes")));
      EXPECT_TRUE(store->remove("folder/object"));
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    const auto listing = store->list("folder/", i % 2 == 0);
    EXPECT_TRUE(listing) << listing.error().message();
    if (!listing) break;
  }
  enough = true;
  other.join();
}

TEST(DirectoryStore, SyncIsOneCallForManyObjects) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  int fsyncs = 0, syncfs = 0;
  os::Syscalls counting = os::Syscalls::real();
  counting.fsync = [&](int fd) { return ++fsyncs, ::fsync(fd); };
  counting.syncfs = [&](int) { return ++syncfs, 0; };  // the real one would wait for the whole machine
  const os::ScopedSyscalls scope(counting);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(put_small(*store, "m/" + std::to_string(i), as_bytes("x")));
  EXPECT_EQ(fsyncs + syncfs, 0);
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(fsyncs, 0);
  EXPECT_EQ(syncfs, 1);

  ASSERT_TRUE(put_small(*store, "few/a/b", as_bytes("x")));
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(syncfs, 1);
  EXPECT_GE(fsyncs, 4);  // the file, few/a, few and the root
  fsyncs = 0;
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(fsyncs, 0);
}

TEST(DirectoryStore, ASyncThatFailedIsTriedAgain) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  int fsyncs = 0;
  bool broken = true;
  os::Syscalls failing = os::Syscalls::real();
  failing.fsync = [&](int) {
    ++fsyncs;
    if (broken) errno = EIO;
    return broken ? -1 : 0;
  };
  const os::ScopedSyscalls scope(failing);
  ASSERT_TRUE(put_small(*store, "k", as_bytes("x")));
  EXPECT_FALSE(store->sync());
  broken = false;
  fsyncs = 0;
  EXPECT_TRUE(store->sync());
  EXPECT_EQ(fsyncs, 2);  // the object and the root
}

TEST(DirectoryStore, PutIfAbsentIsDurableBeforeItIsSeen) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  std::vector<std::string> calls;
  os::Syscalls recording = os::Syscalls::real();
  recording.fsync = [&](int fd) { return calls.push_back("fsync"), ::fsync(fd); };
  recording.renameat2 = [&](int a, const char* b, int c, const char* d, unsigned e) {
    const int result = ::renameat2(a, b, c, d, e);
    calls.push_back(result == 0 ? "rename" : "failed rename");
    return result;
  };
  const os::ScopedSyscalls scope(recording);
  ASSERT_EQ(*store->put_if_absent("a/b", as_bytes("x")), true);
  EXPECT_THAT(calls, ::testing::ElementsAre("fsync", "failed rename", "rename", "fsync", "fsync"));
}

TEST(DirectoryStore, AFullDiskLeavesNothingAndSaysSo) {
  const TempDir directory;
  const auto store = open_at(directory.path());
  ASSERT_TRUE(put_small(*store, "k", as_bytes("old")));
  {
    os::Syscalls full = os::Syscalls::real();
    full.write = [](int, const void*, size_t) -> ssize_t { return errno = ENOSPC, -1; };
    const os::ScopedSyscalls scope(full);
    const auto put = put_small(*store, "k", as_bytes("new"));
    ASSERT_FALSE(put);
    EXPECT_THAT(put.error().message(), HasSubstr("full"));
    const auto conditional = store->put_if_absent("k2", as_bytes("new"));
    ASSERT_FALSE(conditional);
    EXPECT_THAT(conditional.error().message(), HasSubstr("full"));
  }
  EXPECT_EQ(**read_small(*store, "k"), "old");
  EXPECT_THAT(names(directory.path()), ::testing::UnorderedElementsAre(".tmp", "k"));
}

TEST(DirectoryStore, SweepsWhatDeadWritersLeftAndNothingElse) {
  const TempDir directory;
  const auto living = open_at(directory.path());
  auto half = living->put("living");
  ASSERT_TRUE(half && (*half)->write(as_bytes("half")));
  std::filesystem::create_directories(directory / ".tmp/somebody-elses");

  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto dying = open_directory_store(directory.path(), false);
    auto writer = (*dying)->put("dead");
    (void)(*writer)->write(as_bytes("half"));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(names(directory / ".tmp").size(), 3u);

  const auto next = open_at(directory.path());
  ASSERT_TRUE(put_small(*next, "next", as_bytes("x")));
  EXPECT_EQ(names(directory / ".tmp").size(), 3u);  // the living one's, the new one's, and what is not ours
  EXPECT_TRUE(std::filesystem::exists(directory / ".tmp/somebody-elses"));
  ASSERT_TRUE((*half)->write(as_bytes(" and whole")));
  ASSERT_TRUE((*half)->commit());
  EXPECT_EQ(**read_small(*next, "living"), "half and whole");
}

// A link is no object and no folder, wherever it leads and however well its size fits.
TEST(DirectoryStore, GivesNothingThatALinkLeadsTo) {
  const TempDir directory, outside;
  testing::write_text(outside / "secret", "secret");
  testing::write_text(outside / "folder/inner", "secret");
  const auto store = open_at(directory.path());
  ASSERT_TRUE(put_small(*store, "a/honest", as_bytes("honest")));
  std::filesystem::create_symlink(outside / "secret", directory / "a/absolute");
  std::filesystem::create_symlink(
      "../../" + std::filesystem::path(outside.path()).filename().string() + "/secret",
      directory / "a/relative");
  std::filesystem::create_symlink("honest", directory / "a/inside");
  std::filesystem::create_directory_symlink(outside / "folder", directory / "a/linked");
  auto* const local = dynamic_cast<LocalObjects*>(store.get());
  for (const std::string key : {"a/absolute", "a/relative", "a/inside", "a/linked/inner"}) {
    SCOPED_TRACE(key);
    const auto info = store->head(key);
    EXPECT_TRUE(info && !*info);
    EXPECT_FALSE(store->get(key, std::nullopt));
    EXPECT_FALSE(local->open(key));
  }
  const auto all = store->list("", true).value();
  ASSERT_EQ(all.objects.size(), 1u);
  EXPECT_EQ(all.objects[0].key, "a/honest");
  EXPECT_TRUE(store->list("a/linked/", false)->objects.empty());
  EXPECT_TRUE(store->list("a/", false)->prefixes.empty());
}

TEST(DirectoryStore, SaysWhatIsForbidden) {
  if (::geteuid() == 0) {
    // Root is refused nothing: the refusal comes from a read-only file system instead.
    const TempDir directory;
    const auto store = open_at(directory.path());
    os::Syscalls read_only = os::Syscalls::real();
    read_only.mkdirat = [](int, const char*, mode_t) { return errno = EROFS, -1; };
    const os::ScopedSyscalls scope(read_only);
    const auto refused = store->put("k");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::kNotAllowed);
    return;
  }
  const TempDir directory;
  const auto store = open_at(directory.path());
  ::chmod(directory.path().c_str(), 0555);
  const auto refused = store->put("k");
  ::chmod(directory.path().c_str(), 0755);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kNotAllowed);
}

}  // namespace
}  // namespace tfhub::store
