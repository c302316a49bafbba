#include "catalog/staging_area.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "catalog/catalog.h"
#include "catalog/entry.h"
#include "catalog/publishing.h"

namespace tfhub::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

using Staging = OnEveryStore;
INSTANTIATE_TEST_SUITE_P(Stores, Staging, every_store(), kind_name);

// What a publisher on another machine leaves.
void put_foreign_owner(store::ObjectStore& store, const std::string& token) {
  ASSERT_TRUE(
      store::put_small(store, protocol::staging_owner_key(token),
                       as_bytes(R"({"host":"elsewhere","process":"other-boot.1.42.7","since":"x"})")));
}

TEST_P(Staging, WhatWasNotCommittedGoesWithThePublisher) {
  {
    const auto area = StagingArea::create(*store_);
    ASSERT_TRUE(area);
    EXPECT_EQ(area->token().size(), 32u);
    ASSERT_TRUE(stage(*store_, *area, "acme/mul/1", small_model("x")));
    EXPECT_THAT(keys(*store_), Not(IsEmpty()));
  }
  EXPECT_THAT(keys(*store_), IsEmpty());
}

TEST_P(Staging, WhatWasReleasedStays) {
  std::string token;
  {
    auto area = StagingArea::create(*store_);
    token = area->token();
    StagingArea moved = std::move(*area);
    moved.release();
  }
  EXPECT_THAT(keys(*store_), ElementsAre(protocol::staging_owner_key(token)));
}

TEST_P(Staging, TheLivingAreLeftAlone) {
  const auto area = StagingArea::create(*store_);
  ASSERT_TRUE(stage(*store_, *area, "acme/mul/1", small_model("x")));
  const auto before = keys(*store_);
  ASSERT_TRUE(collect_dead_staging(*store_));
  EXPECT_EQ(keys(*store_), before);
}

TEST_P(Staging, AnotherMachinesPublisherIsLeftAlone) {
  put_foreign_owner(*store_, "0123456789abcdef0123456789abcdef");
  ASSERT_TRUE(store::put_small(*store_, ".staging/fedcba9876543210fedcba9876543210/archive", as_bytes("x")));
  const auto before = keys(*store_);
  ASSERT_TRUE(collect_dead_staging(*store_));
  EXPECT_EQ(keys(*store_), before);
}

TEST(StagingOnABucket, ASilentPublisherCountsAsDeadAfterADay) {
  testing::MemoryBucket store;
  put_foreign_owner(store, "0123456789abcdef0123456789abcdef");
  ASSERT_TRUE(store::put_small(store, ".staging/fedcba9876543210fedcba9876543210/archive", as_bytes("x")));
  store.grow_old(std::chrono::hours(23));
  ASSERT_TRUE(collect_dead_staging(store));  // without an owner ten minutes are enough
  EXPECT_THAT(keys(store), ElementsAre(".staging/0123456789abcdef0123456789abcdef/owner.json"));
  store.grow_old(std::chrono::hours(2));
  ASSERT_TRUE(collect_dead_staging(store));
  EXPECT_THAT(keys(store), IsEmpty());
}

TEST(StagingOnABucket, ACommittedRecordsBytesArePromotedNotCollected) {
  auto store = std::make_shared<testing::MemoryBucket>();
  auto area = StagingArea::create(*store);
  const auto record = stage(*store, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  EXPECT_OUTCOME(commit(*store, *record), Outcome::kPublished);
  area->release();
  put_foreign_owner(*store, area->token());
  store->grow_old(std::chrono::hours(25));
  ASSERT_TRUE(collect_dead_staging(*store));
  EXPECT_EQ(*uncompressed_ready(*store, *record), true);
  EXPECT_THAT(keys(*store, ".staging/"), IsEmpty());
}

TEST(StagingOnABucket, ADeadPublishersRecordThatCannotCountIsTakenBack) {
  auto store = std::make_shared<testing::MemoryBucket>();
  auto area = StagingArea::create(*store);
  const auto record = stage(*store, *area, "acme/mul/1/2", small_model("x"));
  ASSERT_TRUE(record);
  ASSERT_TRUE(put_intent(*store, *record));
  ASSERT_TRUE(store->put_if_absent(protocol::entry_key("acme/mul/1/2"), as_bytes(record->to_json())));
  area->release();
  // Its model's URL is a version's: what the publisher would have found next, had it lived.
  const auto other = record_of("acme/mul/1", {{"f", "v"}}, "0123456789abcdef0123456789abcdef");
  ASSERT_TRUE(store->put_if_absent(protocol::entry_key("acme/mul/1"), as_bytes(other.to_json())));
  ASSERT_TRUE(claim_model(*store, model_of("acme/mul")));
  EXPECT_FALSE(*Catalog(store).version(id_of("acme/mul/1/2")));
  EXPECT_THAT(*Catalog(store).versions(model_of("acme/mul")), ElementsAre(1));
  Catalog catalog(store);
  ASSERT_TRUE(catalog.refresh());
  EXPECT_EQ(catalog.snapshot()->models.size(), 1u);

  put_foreign_owner(*store, area->token());
  store->grow_old(std::chrono::hours(25));
  ASSERT_TRUE(collect_dead_staging(*store));
  EXPECT_FALSE(*store->head(protocol::entry_key("acme/mul/1/2")));
  EXPECT_THAT(keys(*store, ".staging/"), IsEmpty());
}

TEST(StagingInADirectory, TheKernelsLockAloneShowsLife) {
  const auto store = fresh_directory_store();
  auto area = StagingArea::create(*store);
  ASSERT_TRUE(area);
  const std::string owner = protocol::staging_owner_key(area->token());
  // As if written two days ago on a machine we know nothing of; the lock on the file is still held.
  const std::string path = store->url() + "/" + owner;
  std::ofstream(path) << R"({"host":"elsewhere","process":"other-boot.1.42.7","since":"x"})";
  const auto age = [&] {
    std::filesystem::last_write_time(path,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  };
  age();
  ASSERT_TRUE(collect_dead_staging(*store));
  EXPECT_THAT(keys(*store), ElementsAre(owner));

  area->release();
  { const StagingArea gone = std::move(*area); }
  age();
  ASSERT_TRUE(collect_dead_staging(*store));
  EXPECT_THAT(keys(*store), IsEmpty());
}

// Notes that are damaged, or of somebody else's making, say nothing: time decides.
TEST(StagingOnABucket, ANoteThatIsNoneIsNotBelieved) {
  const std::string token = "0123456789abcdef0123456789abcdef";
  for (const std::string note :
       {"", "{", "[]", "7", "{}", R"({"process":7,"publishes":7})",
        R"({"process":"x","publishes":"acme/mul"})", R"({"process":null,"publishes":"acme/mul/1"})"}) {
    SCOPED_TRACE(note);
    testing::MemoryBucket store;
    EXPECT_OUTCOME(publish(store, "acme/mul/1", small_model("x")), Outcome::kPublished);
    const auto published = keys(store);
    ASSERT_TRUE(store::put_small(store, protocol::staging_owner_key(token), as_bytes(note)));
    ASSERT_TRUE(store::put_small(store, protocol::staging_intent_key(token), as_bytes(note)));
    ASSERT_TRUE(store::put_small(store, protocol::staging_archive_key(token), as_bytes("x")));
    store.grow_old(std::chrono::hours(23));
    EXPECT_THAT(*collect_dead_staging(store), IsEmpty());
    store.grow_old(std::chrono::hours(2));
    EXPECT_EQ(collect_dead_staging(store, true)->size(), 1u);
    EXPECT_THAT(keys(store, ".staging/"), Not(IsEmpty())) << "it was only told";
    EXPECT_EQ(collect_dead_staging(store)->size(), 1u);
    EXPECT_EQ(keys(store), published);
  }
}

TEST(StagingInADirectory, TheKernelsLockShowsLifeWhereTheNoteSaysNothing) {
  const auto store = fresh_directory_store();
  auto area = StagingArea::create(*store);
  ASSERT_TRUE(area);
  const std::string path = store->url() + "/" + protocol::staging_owner_key(area->token());
  std::ofstream(path) << "damaged";
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  EXPECT_THAT(*collect_dead_staging(*store), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace tfhub::catalog
