// remove and prune.
#include <sys/mman.h>

#include "cache/cache_testing.h"
#include "cache/layout.h"
#include "os/process.h"

namespace tfhub::cache {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PruneTest : public CacheTest {
 protected:
  void use(const std::string& handle, hours ago) {
    std::filesystem::last_write_time(m(handle) + ".descriptor.txt",
                                     std::filesystem::file_time_type::clock::now() - ago);
  }
  static pid_t dead_pid() {
    Child child([] { return true; });
    const pid_t pid = child.pid();
    EXPECT_TRUE(child.succeeded());
    return pid;
  }
  Pruned prune(const PruneOptions& options = {}) {
    auto pruned = cache_.prune(options);
    EXPECT_TRUE(pruned) << pruned.error().message();
    return pruned.value_or(Pruned());
  }
  bool there(const std::string& handle) const { return cache_.find(handle)->has_value(); }

  const std::string unversioned_ = "https://hub.example.org/acme/mul";
  const std::string a_ = "https://x/a", b_ = "https://x/b", c_ = "https://x/c";
  const std::string uuid_ = "5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10";
};

TEST_F(PruneTest, WithoutALimitWholeEntriesStay) {
  put(handle_);
  put_foreign(a_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  use(handle_, hours(24 * 999));
  const auto before = names();
  EXPECT_THAT(prune().removed, IsEmpty());
  EXPECT_EQ(names(), before);
}

TEST_F(PruneTest, RemovesWhatTheDeadLeft) {
  put(handle_);
  const std::string ours = new_token();
  write_text(m(a_) + ".lock", fmt::format("{}.{}.{}", os::host_name(), dead_pid(), ours));
  write_text(m(a_) + "." + ours + ".tmp/half", "12345");
  write_text(m(b_) + ".lock", fmt::format("{}.{}.{}", os::host_name(), dead_pid(), uuid_));
  write_text(m(b_) + "." + uuid_ + ".tmp/sub/half", "12345");
  write_text(m(c_) + "." + uuid_ + ".tmp/orphan", "12345");
  write_text(m(c_) + ".lock.tmp" + uuid_, "orphan");
  write_text(m(c_) + "." + ours + ".old/orphan", "12345");
  write_text(m(c_) + "." + ours + ".stale", "host.1." + uuid_);
  write_text(cache_.directory() + "/readme.txt", "not ours");
  write_text(m(c_) + ".backup", "not ours");
  const auto before = names();
  PruneOptions dry;
  dry.dry_run = true;
  const auto would = prune(dry);
  EXPECT_EQ(names(), before);
  const auto did = prune();
  EXPECT_EQ(would.removed.size(), 8u);
  EXPECT_EQ(did.removed.size(), 8u);
  EXPECT_EQ(did.freed, would.freed);
  EXPECT_GE(did.freed, 20u);
  auto expected = only(handle_);
  expected.push_back("readme.txt");
  expected.push_back(key(c_) + ".backup");
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(), expected);
}

TEST_F(PruneTest, LeavesTheLivingAlone) {
  Child ours([&] {
    return cache_.get_or_fill(a_, counting(counter_, fill_with(model_files()), until_killed)).has_value();
  });
  Child theirs([] { return ::pause() == 0; });
  ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
  write_text(m(b_) + ".lock", fmt::format("{}.{}.{}", os::host_name(), theirs.pid(), uuid_));
  write_text(m(b_) + "." + uuid_ + ".tmp/half", "12345");
  write_text(m(c_) + ".lock", "elsewhere.1." + uuid_);
  write_text(m(c_) + "." + uuid_ + ".tmp/half", "12345");
  // Another container's, of which only the growth tells; one byte within the second of prune's watch is
  // enough.
  const std::string d = "https://x/d";
  const std::string growing = m(d) + "." + uuid_ + ".tmp/half";
  write_text(m(d) + ".lock", fmt::format("{}.{}.{}", os::host_name(), dead_pid(), uuid_));
  write_text(growing, "x");
  Child grower([&] {
    for (int i = 0; i < 1000; ++i) {
      std::ofstream(growing, std::ios::app) << "x";
      std::this_thread::sleep_for(milliseconds(50));
    }
    return true;
  });
  const auto before = names();
  const auto pruned = prune({.max_size = 0, .older_than = std::chrono::seconds(0), .dry_run = false});
  for (const auto& item : pruned.removed) EXPECT_EQ(item.path, m(d) + ".lock") << item.path;
  EXPECT_TRUE(std::filesystem::exists(growing));
  EXPECT_TRUE(std::filesystem::exists(m(a_) + ".lock"));
  EXPECT_TRUE(std::filesystem::exists(m(b_) + "." + uuid_ + ".tmp/half"));
  EXPECT_TRUE(std::filesystem::exists(m(c_) + "." + uuid_ + ".tmp/half"));
  EXPECT_EQ(names(), before);
}

TEST_F(PruneTest, AnotherHostsIsRemovedWhenItIsOlderThanTheTimeout) {
  write_text(m(c_) + ".lock", "elsewhere.1." + uuid_);
  write_text(m(c_) + "." + uuid_ + ".tmp/half", "12345");
  const auto old = std::filesystem::file_time_type::clock::now() - hours(2);
  for (const std::string& path :
       {m(c_) + ".lock", m(c_) + "." + uuid_ + ".tmp/half", m(c_) + "." + uuid_ + ".tmp"})
    std::filesystem::last_write_time(path, old);
  prune();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, RemovesBrokenEntries) {
  put(a_);
  std::filesystem::remove(m(a_) + "/saved_model.pb");
  put_foreign(b_, {{"variables/variables.index", "i"}});
  std::filesystem::create_directories(m(c_));
  put(handle_);
  std::filesystem::create_symlink(std::string(40, 'd'), m(unversioned_));
  put("https://x/d");
  std::filesystem::remove_all(m("https://x/d"));
  EXPECT_EQ(prune({.max_size = {}, .older_than = {}, .dry_run = true}).removed.size(), 5u);
  EXPECT_EQ(prune().removed.size(), 5u);
  EXPECT_EQ(names(), only(handle_));
}

TEST_F(PruneTest, ABrokenModelGoesWithItsAliases) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  prune();
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, TheLongestUnusedGoFirst) {
  for (const std::string& handle : {a_, b_, c_}) put(handle);  // 17 bytes each
  use(a_, hours(3)), use(b_, hours(9)), use(c_, hours(6));
  EXPECT_THAT(prune({.max_size = 51, .older_than = {}, .dry_run = false}).removed, IsEmpty());
  const auto pruned = prune({.max_size = 40, .older_than = {}, .dry_run = false});
  ASSERT_EQ(pruned.removed.size(), 1u);
  EXPECT_EQ(pruned.removed[0].handle, b_);
  EXPECT_EQ(pruned.freed, 17u);
  EXPECT_TRUE(there(a_) && !there(b_) && there(c_));
  prune({.max_size = 0, .older_than = {}, .dry_run = false});
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, OlderThan) {
  for (const std::string& handle : {a_, b_}) put(handle);
  put_foreign(c_);
  use(a_, hours(3)), use(b_, hours(30)), use(c_, hours(40));
  const auto pruned = prune({.max_size = {}, .older_than = hours(24), .dry_run = false});
  EXPECT_EQ(pruned.removed.size(), 2u);
  EXPECT_TRUE(there(a_) && !there(b_) && !there(c_));
}

TEST_F(PruneTest, AnAliasGoesWithItsModelAndIsReported) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  const auto pruned = prune({.max_size = 0, .older_than = {}, .dry_run = false});
  ASSERT_EQ(pruned.removed.size(), 2u);
  EXPECT_EQ(pruned.removed[0].handle, handle_);
  EXPECT_EQ(pruned.removed[1].handle, unversioned_);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, WhatIsOpenInAProcessStays) {
  put(a_);
  put(b_);
  put(c_);
  const std::string file = m(a_) + "/saved_model.pb", mapped = m(b_) + "/saved_model.pb";
  Child reader([&] {
    const int fd = ::open(file.c_str(), O_RDONLY);
    const int map = ::open(mapped.c_str(), O_RDONLY);
    void* memory = ::mmap(nullptr, 5, PROT_READ, MAP_PRIVATE, map, 0);
    ::close(map);
    write_text(counter_, "x");
    return fd >= 0 && memory != MAP_FAILED && ::pause() == 0;
  });
  ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
  prune({.max_size = 0, .older_than = {}, .dry_run = false});
  EXPECT_TRUE(there(a_)) << "a file of it is open";
  EXPECT_TRUE(there(b_)) << "a file of it is mapped";
  EXPECT_FALSE(there(c_));
  reader.kill_now();
  prune({.max_size = 0, .older_than = {}, .dry_run = false});
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, WhatIsUsedMeanwhileStays) {
  // A prune that decided on an old time stamp asks again under the lock.
  put(a_);
  use(a_, hours(50));
  Child user([&] {
    for (int i = 0; i < 200; ++i)
      if (const auto path = cache_.get_or_fill(a_, fill_with(model_files())); !path) return false;
    return true;
  });
  prune({.max_size = {}, .older_than = hours(24), .dry_run = false});
  EXPECT_TRUE(user.succeeded());
  EXPECT_TRUE(there(a_));
}

TEST_F(PruneTest, RemoveTakesOneEntry) {
  put(a_);
  put(b_);
  ASSERT_TRUE(cache_.remove(a_));
  EXPECT_EQ(names(), only(b_));
  EXPECT_EQ(cache_.remove(a_).error().code(), Code::kNotFound);
}

TEST_F(PruneTest, RemoveOfAModelTakesItsAliasesAndOfAnAliasOnlyItself) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  ASSERT_TRUE(cache_.remove(unversioned_));
  EXPECT_EQ(names(), only(handle_));
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  ASSERT_TRUE(cache_.remove(handle_));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PruneTest, RemoveOfWhatIsBeingFilledIsRefused) {
  put(a_);
  std::filesystem::remove(m(a_) + "/saved_model.pb");
  Child filler([&] {
    return cache_.get_or_fill(a_, counting(counter_, fill_with(model_files()), until_killed)).has_value();
  });
  ASSERT_TRUE(wait_until([&] { return count() == "x"; }));
  const auto removed = cache_.remove(a_);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code(), Code::kConflict);
}

TEST_F(PruneTest, RemovingWhileOthersFetch) {
  std::vector<Child> children;
  for (int i = 0; i < 8; ++i)
    children.emplace_back([&, i] {
      for (int n = 0; n < 25; ++n) {
        if (i < 3) {
          const auto removed = cache_.remove(a_);
          if (!removed && removed.error().code() != Code::kNotFound &&
              removed.error().code() != Code::kConflict)
            return false;
        } else if (const auto path = cache_.get_or_fill(a_, fill_with(model_files())); !path) {
          return false;
        }
      }
      return true;
    });
  for (Child& child : children) EXPECT_TRUE(child.succeeded());
  put(a_);
  EXPECT_EQ(names(), only(a_));
  EXPECT_THAT(cache_.verify(a_).value(), IsEmpty());
}

}  // namespace
}  // namespace tfhub::cache
