#include "catalog/store_copy.h"

#include <atomic>
#include <thread>

#include "catalog/catalog.h"
#include "catalog/publishing.h"

namespace tfhub::catalog {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// From a store of each kind into one of each kind.
class StoreCopy : public OnEveryStore {
 protected:
  void SetUp() override {
    ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
    ASSERT_TRUE(publish(*store_, "acme/mul/2", small_model("y")));
    ASSERT_TRUE(publish(*store_, "acme/lite/1", {{"model.tflite", "TFL3"}}, Kind::kTfLite));
    put(*store_, ".documents/acme/mul/1.md", "# Module acme/mul/1\nMultiplies.\n");
    put(*store_, ".documents/.tags/task.yaml", "values: []\n");
  }
  static CopyReport copy(store::ObjectStore& from, store::ObjectStore& to) {
    auto report = copy_store(from, to, {});
    EXPECT_TRUE(report) << report.error().message();
    return report.value_or(CopyReport{});
  }
  // Every object but what only says that something changed.
  static std::map<std::string, std::string> contents(store::ObjectStore& store) {
    std::map<std::string, std::string> all;
    for (const std::string& key : keys(store))
      if (key != protocol::kGenerationKey) all[key] = read(store, key);
    return all;
  }
  std::shared_ptr<store::ObjectStore> bucket_ = std::make_shared<testing::MemoryBucket>();
  std::shared_ptr<store::ObjectStore> directory_ = fresh_directory_store();
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreCopy, every_store(), kind_name);

TEST_P(StoreCopy, ACopyOfACopyIsTheSame) {
  const auto first = copy(*store_, *bucket_);
  EXPECT_EQ(first.versions.copied, 3u);
  EXPECT_EQ(first.documents.copied, 2u);
  copy(*bucket_, *directory_);
  EXPECT_EQ(contents(*bucket_), contents(*store_));
  EXPECT_EQ(contents(*directory_), contents(*store_));
  EXPECT_TRUE(*Catalog(directory_).version(id_of("acme/lite/1")));
}

TEST_P(StoreCopy, TheSecondTimeNothingIsCopied) {
  copy(*store_, *bucket_);
  const auto again = copy(*store_, *bucket_);
  EXPECT_EQ(again.versions.copied, 0u);
  EXPECT_EQ(again.versions.there, 3u);
  EXPECT_EQ(again.documents.there, 2u);
  EXPECT_EQ(again.bytes, 0u);
}

TEST_P(StoreCopy, ItGoesOnWhereItWasCutShort) {
  // Ended in the middle: whatever then stands in the other store, no version is there in part.
  for (int steps = 1; steps < 40; ++steps) {
    testing::MemoryBucket to;
    std::atomic<int> left = steps;
    const LongWork cut{nullptr, [&]() -> Result<void> {
                         if (--left > 0) return {};
                         return fail(Code::kUnexpected, "cut");
                       }};
    const bool whole = copy_store(*store_, to, cut).has_value();
    for (const std::string& key : keys(to, ".catalog/acme/mul/1/"))
      EXPECT_EQ(read(to, key), read(*store_, key));
    const auto report = copy(*store_, to);
    EXPECT_THAT(report.damaged, IsEmpty());
    EXPECT_EQ(contents(to), contents(*store_)) << "after " << steps << " steps";
    if (whole) break;
  }
}

TEST_P(StoreCopy, WhatWasStagedByACopyBeforeIsNotReadAgain) {
  const auto record = Catalog(store_).version(id_of("acme/mul/1"));
  const std::string token = (*record)->staging;
  put(*bucket_, protocol::staging_uncompressed_key(token, "saved_model.pb"), "x");
  put(*bucket_, protocol::staging_archive_key(token), "of another size");
  // Only who reads it again would miss it.
  ASSERT_TRUE(store_->remove("acme/mul/1/uncompressed/saved_model.pb"));
  EXPECT_THAT(copy(*store_, *bucket_).damaged, IsEmpty());
  EXPECT_EQ(read(*bucket_, "acme/mul/1/uncompressed/saved_model.pb"), "x");
  EXPECT_EQ(read(*bucket_, "acme/mul/1.tar.gz"), archive_bytes(small_model("x")));
}

TEST_P(StoreCopy, OtherContentUnderTheSameNameIsAConflictThatStopsNothing) {
  for (const auto& to : {bucket_, directory_}) {
    ASSERT_TRUE(publish(*to, "acme/mul/1", small_model("other")));
    put(*to, "acme/lite/1.tflite", "put there by hand");
    const auto report = copy(*store_, *to);
    EXPECT_THAT(report.conflicts,
                ElementsAre(Field(&NotCopied::name, "acme/lite/1"), Field(&NotCopied::name, "acme/mul/1")));
    EXPECT_EQ(report.versions.copied, 1u);
    EXPECT_EQ(read(*to, "acme/mul/1/uncompressed/saved_model.pb"), "other");
    EXPECT_EQ(read(*to, "acme/lite/1.tflite"), "put there by hand");
    EXPECT_EQ(read(*to, "acme/mul/2/uncompressed/saved_model.pb"), "y");
    EXPECT_THAT(keys(*to, ".staging/"), IsEmpty());
  }
}

TEST_P(StoreCopy, TheSameContentPublishedThereByAnotherIsThere) {
  ASSERT_TRUE(publish(*bucket_, "acme/mul/1", small_model("x")));
  const auto report = copy(*store_, *bucket_);
  EXPECT_THAT(report.conflicts, IsEmpty());
  EXPECT_EQ(report.versions.there, 1u);
  EXPECT_THAT(keys(*bucket_, ".staging/"), IsEmpty());
}

TEST_P(StoreCopy, DamagedBytesAreToldAndNotPublished) {
  put(*store_, "acme/mul/1/uncompressed/saved_model.pb", "z");
  ASSERT_TRUE(store_->remove("acme/lite/1.tflite"));
  const auto report = copy(*store_, *bucket_);
  EXPECT_THAT(
      report.damaged,
      ElementsAre(
          AllOf(Field(&NotCopied::name, "acme/lite/1"), Field(&NotCopied::why, HasSubstr("is missing"))),
          AllOf(Field(&NotCopied::name, "acme/mul/1"), Field(&NotCopied::why, HasSubstr("other bytes")))));
  EXPECT_EQ(report.versions.copied, 1u);
  EXPECT_THAT(keys(*bucket_), Not(Contains(StartsWith(".catalog/acme/mul/1/"))));
}

TEST_P(StoreCopy, WhatTheCopyHasLostComesBack) {
  for (const auto& to : {bucket_, directory_}) {
    copy(*store_, *to);
    ASSERT_TRUE(to->remove("acme/mul/1/uncompressed/saved_model.pb"));
    ASSERT_TRUE(to->remove(".catalog/acme/lite/.entry.json"));
    copy(*store_, *to);
    EXPECT_EQ(contents(*to), contents(*store_));
  }
}

TEST_P(StoreCopy, StagingStaysBehindButWhatARecordNamesThereIsCopied) {
  auto area = StagingArea::create(*store_);
  const auto record = stage(*store_, *area, "acme/mul/3", small_model("z"));
  ASSERT_TRUE(record);
  auto living = StagingArea::create(*store_);
  ASSERT_TRUE(stage(*store_, *living, "acme/mul/4", small_model("w")));
  EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
  area->release();
  copy(*store_, *bucket_);
  EXPECT_EQ(read(*bucket_, "acme/mul/3/uncompressed/saved_model.pb"), "z");
  EXPECT_THAT(keys(*bucket_, ".staging/"), IsEmpty());
  EXPECT_THAT(keys(*store_, ".staging/" + living->token() + "/"), SizeIs(4));
}

TEST_P(StoreCopy, ADocumentThatChangedIsCopiedAgainButNeverOverAYoungerOne) {
  auto to = std::make_shared<testing::MemoryBucket>();
  copy(*store_, *to);
  to->grow_old(std::chrono::hours(1));
  put(*store_, ".documents/acme/mul/1.md", "# Module acme/mul/1\nChanged.\n");
  EXPECT_EQ(copy(*store_, *to).documents.copied, 1u);
  EXPECT_EQ(read(*to, ".documents/acme/mul/1.md"), "# Module acme/mul/1\nChanged.\n");

  put(*to, ".documents/acme/mul/1.md", "# Module acme/mul/1\nWritten there.\n");
  to->grow_old(std::chrono::hours(-1));  // younger, whatever the steps of the two clocks
  const auto report = copy(*store_, *to);
  EXPECT_THAT(report.conflicts, ElementsAre(Field(&NotCopied::name, ".documents/acme/mul/1.md")));
  EXPECT_EQ(read(*to, ".documents/acme/mul/1.md"), "# Module acme/mul/1\nWritten there.\n");
}

TEST_P(StoreCopy, TwoCopiesAtOnceDoNoHarm) {
  for (int round = 0; round < 5; ++round) {
    testing::MemoryBucket to;
    std::thread other([&] { (void)copy_store(*store_, to, {}); });
    (void)copy_store(*store_, to, {});
    other.join();
    const auto report = copy(*store_, to);
    EXPECT_THAT(report.conflicts, IsEmpty());
    EXPECT_THAT(report.damaged, IsEmpty());
    auto there = contents(to);
    std::erase_if(there, [](const auto& item) { return item.first.starts_with(".staging/"); });
    EXPECT_EQ(there, contents(*store_));
  }
}

}  // namespace
}  // namespace tfhub::catalog
