#include <sys/stat.h>

#include "cache/cache_testing.h"
#include "os/process.h"
#include "os/syscalls.h"
#include "testing/growth.h"

namespace tfhub::cache {
namespace {

using FindTest = CacheTest;
using std::chrono::system_clock;

void set_used(const std::string& descriptor, std::chrono::seconds ago) {
  std::filesystem::last_write_time(descriptor, std::filesystem::file_time_type::clock::now() - ago);
}

std::chrono::seconds age_of(const std::string& path) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::filesystem::file_time_type::clock::now() -
                                                          std::filesystem::last_write_time(path));
}

TEST_F(FindTest, NothingInAMissingCache) {
  const auto hit = cache_.find(handle_);
  ASSERT_TRUE(hit);
  EXPECT_FALSE(*hit);
  EXPECT_FALSE(std::filesystem::exists(cache_.directory()));
}

TEST_F(FindTest, AHitKnowsItsEntry) {
  put(handle_, model_files(), "\"etag\"");
  const auto hit = cache_.find(handle_);
  ASSERT_TRUE(hit && *hit);
  EXPECT_EQ((*hit)->path, m(handle_));
  EXPECT_EQ((*hit)->state, State::kComplete);
  EXPECT_EQ((*hit)->handle, handle_);
  EXPECT_EQ((*hit)->etag, "\"etag\"");
  EXPECT_FALSE((*hit)->alias);
  EXPECT_LT(system_clock::now() - (*hit)->downloaded, std::chrono::minutes(1));
}

TEST_F(FindTest, AHitChangesNothing) {
  put(handle_);
  os::Syscalls forbidden = os::Syscalls::real();
  const auto refuse = [](auto...) {
    errno = EROFS;
    return -1;
  };
  forbidden.mkdirat = refuse, forbidden.write = refuse, forbidden.fsync = refuse, forbidden.syncfs = refuse;
  forbidden.renameat2 = refuse, forbidden.unlinkat = refuse, forbidden.linkat = refuse,
  forbidden.symlinkat = refuse;
  const os::ScopedSyscalls scope(forbidden);
  EXPECT_TRUE(is_complete(handle_));
  EXPECT_EQ(cache_.get_or_fill(handle_, never_fill()).value(), m(handle_));
}

// A disk or a network that does not show a model is no reason to fetch it and put it in its own place.
TEST_F(FindTest, AModelThatCannotBeLookedAtIsNoMiss) {
  put(handle_);
  for (const int error : {EACCES, EPERM, EIO, ESTALE}) {
    os::Syscalls failing = os::Syscalls::real();
    failing.fstatat = [&](int, const char*, struct ::stat*, int) { return errno = error, -1; };
    const os::ScopedSyscalls scope(failing);
    const auto hit = cache_.find(handle_);
    ASSERT_FALSE(hit) << error;
    EXPECT_THAT(hit.error().message(), ::testing::HasSubstr(m(handle_)));
    EXPECT_FALSE(cache_.get_or_fill(handle_, never_fill()));
  }
  EXPECT_TRUE(is_complete(handle_));
}

TEST_F(FindTest, LastUseMovesAtMostOnceAnHour) {
  put(handle_);
  put_foreign("https://x/foreign");
  for (const std::string& handle : {handle_, std::string("https://x/foreign")}) {
    const std::string descriptor = m(handle) + ".descriptor.txt";
    set_used(descriptor, std::chrono::minutes(50));
    ASSERT_TRUE(*cache_.find(handle));
    EXPECT_GT(age_of(descriptor), std::chrono::minutes(49));
    set_used(descriptor, std::chrono::minutes(70));
    ASSERT_TRUE(*cache_.find(handle));
    EXPECT_LT(age_of(descriptor), std::chrono::minutes(1));
    // A clock that was wrong once does not make an entry young for ever.
    set_used(descriptor, -std::chrono::hours(24 * 365));
    ASSERT_TRUE(*cache_.find(handle));
    EXPECT_GT(age_of(descriptor), -std::chrono::minutes(1));
  }
}

TEST_F(FindTest, HalfDeletedIsNoHit) {
  for (const auto& [path, text] : model_files()) {
    put(handle_);
    ASSERT_TRUE(is_complete(handle_));
    std::filesystem::remove(m(handle_) + "/" + path);
    EXPECT_FALSE(*cache_.find(handle_)) << path;
    put(handle_);  // heals
  }
  write_text(m(handle_) + "/saved_model.pb", "cut");
  EXPECT_FALSE(*cache_.find(handle_));
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  // Bazel, DVC and stow keep files elsewhere: in a directory that the user named a link counts as what it
  // leads to.
  std::filesystem::create_symlink("variables/variables.index", m(handle_) + "/saved_model.pb");
  EXPECT_TRUE(*cache_.find(handle_));
  EXPECT_EQ(cache_.verify(handle_)->size(), 1u) << "by its size alone; its bytes are others";
  DirectoryCache of_nobody(Place{cache_.directory(), Owners::kSelfOrRoot, false});
  EXPECT_FALSE(*of_nobody.find(handle_));
}

TEST_F(FindTest, ATornRecordIsNoHit) {
  put(handle_);
  const std::string descriptor = m(handle_) + ".descriptor.txt";
  const std::string text = read_text(descriptor);
  write_text(descriptor, text.substr(0, text.size() - 10));
  EXPECT_FALSE(*cache_.find(handle_));
}

TEST_F(FindTest, ADescriptorAloneIsNoHit) {
  put(handle_);
  std::filesystem::remove_all(m(handle_));
  EXPECT_FALSE(*cache_.find(handle_));
}

TEST_F(FindTest, UsesWhatTensorflowHubMade) {
  put_foreign(handle_);
  const auto hit = cache_.find(handle_);
  ASSERT_TRUE(hit && *hit);
  EXPECT_EQ((*hit)->state, State::kForeign);
  EXPECT_EQ((*hit)->etag, "");
  std::filesystem::remove(m(handle_) + ".descriptor.txt");
  ASSERT_TRUE(*cache_.find(handle_));
}

TEST_F(FindTest, ForeignEntriesAreCheckedAsFarAsThatGoes) {
  const std::string two_of = "variables/variables.data-0000", of = "-of-00002";
  const Files sharded = {{"saved_model.pb", "g"},
                         {"variables/variables.index", "i"},
                         {two_of + "0" + of, "a"},
                         {two_of + "1" + of, "b"}};
  struct Case {
    const char* what;
    Files files;
    bool usable;
  };
  for (const Case& c : std::vector<Case>{
           {"whole", sharded, true},
           {"a shard missing", {sharded[0], sharded[1], sharded[2]}, false},
           {"no index", {sharded[0], sharded[2], sharded[3]}, false},
           {"an index alone", {sharded[0], sharded[1]}, false},
           {"no graph", {sharded[1], sharded[2], sharded[3]}, false},
           {"no variables at all", {sharded[0]}, true},
           {"text format", {{"saved_model.pbtxt", "g"}}, true},
           {"not a SavedModel", {{"deep/model.json", "{}"}}, true},
           {"two checkpoints, one cut",
            {sharded[0],
             sharded[1],
             sharded[2],
             sharded[3],
             {"variables/b.index", "i"},
             {"variables/b.data-00000-of-00003", "x"}},
            false},
       }) {
    put_foreign(handle_, c.files);
    EXPECT_EQ(cache_.find(handle_)->has_value(), c.usable) << c.what;
    std::filesystem::remove_all(cache_.directory());
  }
  std::filesystem::create_directories(m(handle_));
  EXPECT_FALSE(*cache_.find(handle_)) << "empty";
  std::filesystem::create_directories(m(handle_) + "/assets/more");
  EXPECT_FALSE(*cache_.find(handle_)) << "directories, as cleaners of /tmp leave them";
}

TEST_F(FindTest, FollowsSomebodysOwnLink) {
  put_foreign(handle_);
  std::filesystem::rename(m(handle_), temp_ / "elsewhere");
  std::filesystem::create_symlink(temp_ / "elsewhere", m(handle_));
  const auto hit = cache_.find(handle_);
  ASSERT_TRUE(hit && *hit);
  EXPECT_FALSE((*hit)->alias);
  EXPECT_EQ((*hit)->path, m(handle_));
}

TEST_F(FindTest, AModelOfManyFilesIsFoundFast) {
  Files files;
  for (int i = 0; i < 8000; ++i) files.emplace_back(fmt::format("assets/part-{:05}.txt", i), "x");
  put(handle_, files);
  const double seconds = tfhub::testing::cpu_seconds([&] {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_complete(handle_));
  });
  EXPECT_LT(seconds / 10, 0.2);  // measured: 0.01; sanitizers are slow
  std::filesystem::remove(m(handle_) + "/assets/part-07999.txt");
  EXPECT_FALSE(is_complete(handle_));
}

TEST(CacheDirectory, ComesFromTheSettings) {
  ::unsetenv("TFHUB_CACHE_DIR");
  EXPECT_EQ(place_from_settings("/flag")->directory, "/flag");
  {
    const ScopedEnv variable("TFHUB_CACHE_DIR", "/environment");
    EXPECT_EQ(place_from_settings("/flag")->directory, "/environment");
  }
  const TempDir temp;
  const ScopedEnv tmpdir("TMPDIR", temp.path());
  const ScopedEnv empty("TFHUB_CACHE_DIR", "");
  EXPECT_EQ(place_from_settings()->directory, temp.path() + "/tfhub_modules");
}

}  // namespace
}  // namespace tfhub::cache
