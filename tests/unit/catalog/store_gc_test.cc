#include "catalog/store_gc.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "catalog/publishing.h"
#include "catalog/store_format.h"
#include "store/process_mark.h"

namespace tfhub::catalog {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using StoreGc = OnEveryStore;
INSTANTIATE_TEST_SUITE_P(Stores, StoreGc, every_store(), kind_name);

GcReport collect(store::ObjectStore& store, bool dry_run = false) {
  auto report = collect_garbage(store, dry_run, {});
  EXPECT_TRUE(report) << report.error().message();
  return report.value_or(GcReport{});
}

// The owner object of a process of this boot that is gone.
std::string dead_owner() {
  auto mark = store::ProcessMark::current();
  mark.started += 1;  // its number was used again
  return R"({"host":"here","process":")" + mark.text() + R"(","since":"x"})";
}

TEST_P(StoreGc, ALivePublisherIsLeftAlone) {
  ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
  const auto area = StagingArea::create(*store_);
  ASSERT_TRUE(stage(*store_, *area, "acme/mul/2", small_model("y")));
  const auto before = keys(*store_);
  const auto report = collect(*store_);
  EXPECT_THAT(report.staging, IsEmpty());
  EXPECT_THAT(report.unknown, IsEmpty());
  EXPECT_EQ(report.freed(), 0u);
  EXPECT_EQ(keys(*store_), before);
}

TEST_P(StoreGc, WhatTheDeadLeftGoesAndItsBytesAreCounted) {
  const std::string token(32, 'a');
  put(*store_, protocol::staging_owner_key(token), dead_owner());
  put(*store_, protocol::staging_archive_key(token), "12345");
  const auto before = keys(*store_);
  const auto looked = collect(*store_, true);
  EXPECT_EQ(keys(*store_), before);
  const auto report = collect(*store_);
  for (const auto& each : {looked, report}) {
    EXPECT_THAT(each.staging, ElementsAre(AllOf(Field(&Collected::key, ".staging/" + token),
                                                Field(&Collected::bytes, 5 + dead_owner().size()),
                                                Field(&Collected::published, IsEmpty()))));
    EXPECT_EQ(each.freed(), 5 + dead_owner().size());
  }
  EXPECT_THAT(keys(*store_), IsEmpty());
}

TEST_P(StoreGc, WhatADeadPublisherCommittedIsPromoted) {
  std::string token;
  {
    auto area = StagingArea::create(*store_);
    const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
    EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
    area->release();
    token = area->token();
  }
  put(*store_, protocol::staging_owner_key(token), dead_owner());
  EXPECT_THAT(collect(*store_, true).staging, ElementsAre(Field(&Collected::published, "acme/mul/1")));
  EXPECT_THAT(keys(*store_, "acme/"), IsEmpty());
  EXPECT_THAT(collect(*store_).staging, ElementsAre(Field(&Collected::published, "acme/mul/1")));
  EXPECT_EQ(read(*store_, "acme/mul/1/uncompressed/saved_model.pb"), "x");
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
}

TEST_P(StoreGc, WhatBelongsToNoVersionIsToldAndStays) {
  ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
  ASSERT_TRUE(put_format(*store_));
  for (const char* key : {"acme/mul/1/uncompressed/extra", "acme/mul/2.tar.gz", "acme/notes", "readme"})
    put(*store_, key, "12");
  const auto before = keys(*store_);
  const auto report = collect(*store_);
  std::set<std::string> unknown;
  for (const auto& each : report.unknown) unknown.insert(each.key);
  EXPECT_THAT(unknown,
              ElementsAre("acme/mul/1/uncompressed/extra", "acme/mul/2.tar.gz", "acme/notes", "readme"));
  EXPECT_EQ(keys(*store_), before);
}

TEST(StoreGcInADirectory, UnfinishedObjectsOfDeadProcessesGo) {
  const testing::TempDir directory;
  auto mark = store::ProcessMark::current();
  const std::string living = directory / (".tmp/" + mark.text() + ".00");
  mark.started += 1;
  const std::string dead = directory / (".tmp/" + mark.text() + ".00");
  for (const std::string& path : {living, dead}) {
    std::filesystem::create_directories(path);
    std::ofstream(path + "/object") << "123";
  }
  const auto store = store::open_directory_store(directory.path(), true);
  EXPECT_EQ(collect(**store, true).freed(), 3u);
  EXPECT_TRUE(std::filesystem::exists(dead));
  EXPECT_THAT(collect(**store).temporary, ElementsAre(Field(&store::LeftOver::path, dead)));
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(living));
}

TEST_P(StoreGc, AStoreHasTheFirstFormatUnlessItSaysSo) {
  EXPECT_EQ(*check_format(*store_), 1u);
  ASSERT_TRUE(put_format(*store_));
  ASSERT_TRUE(put_format(*store_));
  EXPECT_EQ(*check_format(*store_), 1u);
  EXPECT_THAT(keys(*store_), ElementsAre(".tfhub-store.json"));
  put(*store_, ".tfhub-store.json", R"({"format": 2, "tfhub": "0.9.0"})");
  EXPECT_FAILS(check_format(*store_), Code::kUsage, HasSubstr("format 2"), HasSubstr("0.9.0 or newer"));
  ASSERT_TRUE(put_format(*store_));
  EXPECT_FAILS(check_format(*store_), Code::kUsage, HasSubstr("format 2"));
  put(*store_, ".tfhub-store.json", "[]");
  EXPECT_FAILS(check_format(*store_), Code::kCorrupt, HasSubstr("damaged"));
}

}  // namespace
}  // namespace tfhub::catalog
