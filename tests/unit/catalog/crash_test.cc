// SIGKILL at random moments of publishing, hundreds of times: nothing partial is ever visible, the next
// publisher gets through, and what the dead left is gone after it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "catalog/catalog.h"
#include "catalog/publishing.h"

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

TEST(Crash, AtAnyMomentLeavesNothingPartialAndBlocksNobody) {
  const testing::TempDir directory;
  std::mt19937 random(20261121);
  Files files;
  for (int i = 0; i < 20; ++i) files["variables/part-" + std::to_string(100 + i)] = std::string(100 + i, 'x');

  int before_commit = 0, after_commit = 0, unpromoted = 0, finished = 0;
  auto longest = std::chrono::microseconds(3000);
  for (int round = 0; round < 150; ++round) {
    const std::string name = "acme/m" + std::to_string(round / 3) + "/" + std::to_string(round % 3 + 1);
    const auto moment = std::chrono::microseconds(random() % static_cast<unsigned>(longest.count()));
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = store::open_directory_store(directory.path(), false);
      ::_exit(store && publish(**store, name, files) ? 0 : 1);
    }
    std::this_thread::sleep_for(moment);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
      ++finished;
    }

    const auto store = *store::open_directory_store(directory.path(), false);
    expect_whole(store, name);
    const bool visible = *Catalog(store).version(id_of(name)) != nullptr;
    visible ? ++after_commit : ++before_commit;
    if (visible && !keys(*store, ".staging/").empty()) ++unpromoted;
    const auto again = publish(*store, name, files);
    ASSERT_TRUE(again) << again.error().message();
    if (visible) {
      EXPECT_EQ(*again, Outcome::kAlreadyThere);
    }
    EXPECT_THAT(keys(*store, ".staging/"), IsEmpty());
    expect_whole(store, name);
    EXPECT_TRUE(*uncompressed_ready(*store, **Catalog(store).version(id_of(name))));
    // Later kills where this one came too early, and the other way round, however fast the machine is.
    longest = std::clamp(longest * (visible ? 8 : 13) / 10, std::chrono::microseconds(300),
                         std::chrono::microseconds(500'000));
  }
  // The kills must have fallen on both sides of the commit to mean anything.
  EXPECT_GT(before_commit, 10);
  EXPECT_GT(after_commit, 10);
  RecordProperty("killed_unpromoted", unpromoted);
  RecordProperty("finished", finished);
}

}  // namespace
}  // namespace tfhub::catalog
