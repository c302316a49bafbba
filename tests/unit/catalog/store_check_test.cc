#include "catalog/store_check.h"

#include <atomic>

#include "catalog/inventory.h"
#include "catalog/publishing.h"

namespace tfhub::catalog {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using StoreCheck = OnEveryStore;
INSTANTIATE_TEST_SUITE_P(Stores, StoreCheck, every_store(), kind_name);

CheckReport check(store::ObjectStore& store, std::vector<std::string> names = {}) {
  CheckOptions options;
  options.names = std::move(names);
  options.check_vocabulary = [](std::string_view yaml) -> Result<void> {
    if (yaml.starts_with("values:")) return {};
    return fail(Code::kCorrupt, "there are no values");
  };
  auto report = check_store(store, options);
  EXPECT_TRUE(report) << report.error().message();
  return report.value_or(CheckReport{});
}

auto finding(const std::string& key, const std::string& what) {
  return AllOf(Field("key", &Finding::key, key), Field("what", &Finding::what, HasSubstr(what)));
}

class DamagedStore : public StoreCheck {
 protected:
  void SetUp() override {
    ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
    ASSERT_TRUE(publish(*store_, "acme/mul/2", small_model("y")));
    ASSERT_TRUE(publish(*store_, "acme/lite/1", {{"model.tflite", "TFL3"}}, Kind::kTfLite));
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, DamagedStore, every_store(), kind_name);

TEST_P(DamagedStore, UndamagedIsWithoutFindings) {
  put(*store_, ".documents/acme/mul/1.md", "# Module acme/mul/1\nMultiplies.\n");
  put(*store_, ".documents/acme/mul/2.md", "Somebody's README.\n");
  put(*store_, ".documents/.tags/task.yaml", "values: []\n");
  const auto report = check(*store_);
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.versions, 3u);
  EXPECT_EQ(report.documents, 3u);
}

TEST_P(DamagedStore, EachKindOfLostOrChangedBytesIsTold) {
  put(*store_, "acme/mul/1.tar.gz", "short");
  put(*store_, "acme/mul/1/uncompressed/saved_model.pb", "z");  // the same size
  put(*store_, "acme/mul/2/uncompressed/saved_model.pb", "longer");
  ASSERT_TRUE(store_->remove("acme/mul/2/uncompressed/variables/variables.index"));
  ASSERT_TRUE(store_->remove("acme/lite/1.tflite"));
  EXPECT_THAT(check(*store_).findings,
              ElementsAre(finding("acme/lite/1.tflite", "is missing"),
                          finding("acme/mul/1.tar.gz", "has 5 bytes instead of"),
                          finding("acme/mul/1/uncompressed/saved_model.pb", "other bytes"),
                          finding("acme/mul/2/uncompressed/saved_model.pb", "more than its 1 bytes"),
                          finding("acme/mul/2/uncompressed/variables/variables.index", "is missing")));
  EXPECT_THAT(check(*store_, {"acme/mul/2"}).findings, SizeIs(2));
  EXPECT_THAT(check(*store_, {"acme/lite", "acme/mul/1"}).findings, SizeIs(3));
}

TEST_P(DamagedStore, EachKindOfDamagedEntryIsTold) {
  put(*store_, ".catalog/acme/mul/1/.entry.json", "{}");
  put(*store_, ".catalog/acme/other/7/.entry.json", read(*store_, ".catalog/acme/mul/2/.entry.json"));
  ASSERT_TRUE(store_->remove(".catalog/acme/lite/.entry.json"));
  put(*store_, ".catalog/acme/gone/.entry.json", "{\n \"type\": \"model\",\n \"name\": \"acme/gone\"\n}\n");
  EXPECT_THAT(check(*store_).findings,
              ElementsAre(finding(".catalog/acme/gone/.entry.json", "without a version"),
                          finding(".catalog/acme/lite/.entry.json", "nobody sees acme/lite/1"),
                          finding(".catalog/acme/mul/1/.entry.json", "is damaged"),
                          finding(".catalog/acme/other/7/.entry.json", "that of acme/mul/2")));
}

TEST_P(DamagedStore, DocumentsThatSayNothingOfTheirPageAreTold) {
  put(*store_, ".documents/acme/mul/1.md", "# Module acme/mul/2\nAnother's.\n");
  put(*store_, ".documents/acme/mul/2.md", "\xff\xfe not text");
  put(*store_, ".documents/acme.md", "no publisher's first line\n");
  put(*store_, ".documents/.tags/task.yaml", "nothing");
  EXPECT_THAT(check(*store_).findings,
              ElementsAre(finding(".documents/.tags/task.yaml", "there are no values"),
                          finding(".documents/acme.md", "is no document"),
                          finding(".documents/acme/mul/1.md", "document of acme/mul/2"),
                          finding(".documents/acme/mul/2.md", "is no text")));
  EXPECT_THAT(check(*store_, {"acme/mul/1"}).findings, SizeIs(1));
}

TEST_P(StoreCheck, WhatIsStillStagedIsReadWhereItIs) {
  auto area = StagingArea::create(*store_);
  const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
  EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
  area->release();
  EXPECT_THAT(check(*store_).findings, IsEmpty());
  const auto inventory = read_inventory(*store_, {}, {});
  ASSERT_TRUE(inventory);
  ASSERT_THAT(inventory->versions, SizeIs(1));
  EXPECT_EQ(state_of(inventory->versions[0]), "promoting");

  const std::string archive = protocol::staging_archive_key(area->token());
  put(*store_, archive, "short");
  EXPECT_THAT(check(*store_).findings, ElementsAre(finding(archive, "has 5 bytes")));
}

TEST_P(StoreCheck, ANameThatMeansNothingIsNotFound) {
  ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
  CheckOptions options;
  options.names = {"acme/mu"};
  EXPECT_FAILS(check_store(*store_, options), Code::kNotFound, HasSubstr("acme/mu"));
}

TEST_P(StoreCheck, ItEndsWhenItIsToldTo) {
  ASSERT_TRUE(publish(*store_, "acme/mul/1", small_model("x")));
  std::atomic<int> asked = 0;  // by each of the threads that look
  CheckOptions options;
  options.work.go_on = [&]() -> Result<void> {
    if (++asked < 4) return {};
    return fail(Code::kUnexpected, "interrupted");
  };
  EXPECT_FAILS(check_store(*store_, options), Code::kUnexpected, HasSubstr("interrupted"));
}

TEST_P(StoreCheck, TheInventoryIsInTheOrderOfNumbers) {
  for (const char* name : {"acme/mul/10", "acme/mul/2", "beta/x/1"})
    ASSERT_TRUE(publish(*store_, name, small_model(name)));
  const auto names = [&](std::vector<std::string> prefixes) {
    std::vector<std::string> result;
    const auto inventory = read_inventory(*store_, prefixes, {});
    for (const auto& version : inventory->versions) result.push_back(version.id.text());
    return result;
  };
  EXPECT_THAT(names({}), ElementsAre("acme/mul/2", "acme/mul/10", "beta/x/1"));
  EXPECT_THAT(names({"acme"}), ElementsAre("acme/mul/2", "acme/mul/10"));
  EXPECT_THAT(names({"acme/mul/10"}), ElementsAre("acme/mul/10"));
  EXPECT_THAT(names({"acme/mu"}), IsEmpty());
}

}  // namespace
}  // namespace tfhub::catalog
