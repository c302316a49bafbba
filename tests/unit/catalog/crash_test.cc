// SIGKILL before each change that publishing makes to the disk: nothing partial is ever visible, the next
// publisher gets through, and what the dead left is gone after it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "catalog/catalog.h"
#include "catalog/publishing.h"
#include "os/syscalls.h"

namespace tfhub::catalog {
namespace {

using ::testing::IsEmpty;

// Every version that can be seen is whole, wherever its bytes are.
void expect_whole(const std::shared_ptr<store::ObjectStore>& store, const std::string& name) {
  const auto record = Catalog(store).version(id_of(name));
  ASSERT_TRUE(record) << record.error().message();
  if (!*record) return;
  const auto archive = archive_location(*store, **record);
  ASSERT_TRUE(archive) << archive.error().message();
  EXPECT_EQ(Sha256::of(as_bytes(read(*store, *archive))), (*record)->archive_sha256);
  for (const FileEntry& file : (*record)->files) {
    const auto place = file_location(*store, **record, file.path);
    ASSERT_TRUE(place) << place.error().message();
    EXPECT_EQ(Sha256::of(as_bytes(read(*store, *place))), file.sha256);
  }
}

// Dies before the n-th change.
os::Syscalls dying_before(int n) {
  const auto count = [n, changes = std::make_shared<int>(0)] {
    if (++*changes == n) ::raise(SIGKILL);
  };
  os::Syscalls calls = os::syscalls();
  const auto counted = [&count](auto& call) {
    call = [real = call, count](auto... arguments) {
      count();
      return real(arguments...);
    };
  };
  counted(calls.openat);
  counted(calls.open_beneath);
  counted(calls.mkdirat);
  counted(calls.write);
  counted(calls.renameat2);
  counted(calls.unlinkat);
  counted(calls.linkat);
  return calls;
}

// Whether a publisher that dies before its n-th change did so, rather than being done before.
bool killed_before(int n, const std::string& directory, const std::string& name, const Files& files) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = store::open_directory_store(directory, false);
    const os::ScopedSyscalls scope(dying_before(n));
    ::_exit(store && publish(**store, name, files) ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

TEST(Crash, AtAnyMomentLeavesNothingPartialAndBlocksNobody) {
  const testing::TempDir directory;
  Files files;
  for (int i = 0; i < 8; ++i) files["variables/part-" + std::to_string(100 + i)] = std::string(100 + i, 'x');

  // The first version of a model, and one of a model that is there.
  for (const std::string version : {"/1", "/2"}) {
    SCOPED_TRACE(version);
    int before_commit = 0, after_commit = 0, unpromoted = 0;
    for (int n = 1;; ++n) {
      SCOPED_TRACE(n);
      const std::string name = "acme/m" + std::to_string(n) + version;
      const bool killed = killed_before(n, directory.path(), name, files);

      const auto store = *store::open_directory_store(directory.path(), false);
      expect_whole(store, name);
      const bool visible = *Catalog(store).version(id_of(name)) != nullptr;
      // Without its model's entry a record does not count yet; the next publisher gives the model one.
      const bool recorded = store->head(protocol::entry_key(name))->has_value();
      EXPECT_TRUE(recorded || !visible);
      if (killed) visible ? ++after_commit : ++before_commit;
      if (visible && !keys(*store, ".staging/").empty()) ++unpromoted;
      const auto again = publish(*store, name, files);
      ASSERT_TRUE(again) << again.error().message();
      EXPECT_EQ(*again, recorded ? Outcome::kAlreadyThere : Outcome::kPublished);
      EXPECT_THAT(keys(*store, ".staging/"), IsEmpty());
      expect_whole(store, name);
      EXPECT_TRUE(*uncompressed_ready(*store, **Catalog(store).version(id_of(name))));
      if (HasFailure()) return;
      if (!killed) break;
    }
    // The kills must have fallen on both sides of the commit, and of the promotion, to mean anything.
    EXPECT_GT(before_commit, 10);
    EXPECT_GT(after_commit, 3);
    EXPECT_GT(unpromoted, 1);
  }
}

}  // namespace
}  // namespace tfhub::catalog
