#include "catalog/catalog.h"

#include <atomic>
#include <thread>
#include <tuple>

#include "catalog/publishing.h"

namespace tfhub::catalog {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CatalogTest : public OnEveryStore {
 protected:
  void published(const std::string& name) {
    EXPECT_OUTCOME(publish(*store_, name, small_model(name)), Outcome::kPublished);
  }
  // "acme/mul/1 versioned rest", or "nothing".
  std::string found(Catalog& catalog, const std::string& path) {
    const auto result = catalog.find(path);
    if (!result) return result.error().message();
    if (!*result) return "nothing";
    return (*result)->record->id.text() + ((*result)->versioned ? " versioned " : " latest ") +
           (*result)->rest;
  }
  Catalog catalog_by_our_clock() {
    return Catalog(store_, [this] { return now_; });
  }
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};
INSTANTIATE_TEST_SUITE_P(Stores, CatalogTest, every_store(), kind_name);

TEST_P(CatalogTest, FindsTheLongestHandle) {
  for (const std::string name :
       {"acme/mul/1", "acme/mul/3", "acme/mul/10", "acme/mul/fast/2",
        "tensorflow/posenet/mobilenet/float/050/1", "tensorflow/posenet/mobilenet/float/075/2",
        "acme/float/1/7", "acme/float/2"}) {
    published(name);
  }
  Catalog catalog(store_);
  EXPECT_EQ(found(catalog, "acme/mul/1"), "acme/mul/1 versioned ");
  EXPECT_EQ(found(catalog, "acme/mul"), "acme/mul/10 latest ");  // by number, not by text or count
  EXPECT_EQ(found(catalog, "acme/mul/2"), "nothing");
  EXPECT_EQ(found(catalog, "acme/mul/01"), "acme/mul/10 latest 01");
  EXPECT_EQ(found(catalog, "acme/mul/3/model.json"), "acme/mul/3 versioned model.json");
  EXPECT_EQ(found(catalog, "acme/mul/3/variables/variables.index"),
            "acme/mul/3 versioned variables/variables.index");
  EXPECT_EQ(found(catalog, "acme/mul/model.json"), "acme/mul/10 latest model.json");
  EXPECT_EQ(found(catalog, "acme/mul/fast"), "acme/mul/fast/2 latest ");
  EXPECT_EQ(found(catalog, "acme/mul/fast/2"), "acme/mul/fast/2 versioned ");
  EXPECT_EQ(found(catalog, "acme/mul/fas"), "acme/mul/10 latest fas");
  EXPECT_EQ(found(catalog, "tensorflow/posenet/mobilenet/float/050"),
            "tensorflow/posenet/mobilenet/float/050/1 latest ");
  EXPECT_EQ(found(catalog, "tensorflow/posenet/mobilenet/float/050/1"),
            "tensorflow/posenet/mobilenet/float/050/1 versioned ");
  EXPECT_EQ(found(catalog, "tensorflow/posenet/mobilenet/float"), "nothing");
  EXPECT_EQ(found(catalog, "acme/float/1"),
            "acme/float/1/7 latest ");  // a model's name that ends in a number
  EXPECT_EQ(found(catalog, "acme/float/1/7"), "acme/float/1/7 versioned ");
  EXPECT_EQ(found(catalog, "acme/float"), "acme/float/2 latest ");
  EXPECT_THAT(*catalog.versions(model_of("acme/float")), ElementsAre(2));
  EXPECT_THAT(*catalog.versions(model_of("acme/float/1")), ElementsAre(7));
  EXPECT_THAT(*catalog.versions(model_of("acme/mul")), ElementsAre(1, 3, 10));
  EXPECT_THAT(*catalog.versions(model_of("acme/none")), IsEmpty());
  EXPECT_THAT(*catalog.versions(model_of("tensorflow/posenet")), IsEmpty());
}

TEST_P(CatalogTest, FindsNothingInWhatIsNoHandle) {
  published("acme/mul/1");
  Catalog catalog(store_);
  std::string deep = "acme";
  for (int i = 0; i < 3000; ++i) deep += "/a";
  for (const std::string& path :
       {std::string(), std::string("acme"), std::string("/"), std::string("acme/"),
        std::string("/acme/mul/1"), std::string("acme//mul/1"), std::string("../acme/mul/1"),
        std::string(".catalog/acme/mul/1"), std::string(".staging/x"), std::string("acme/mul\0/1", 11),
        std::string("s/mul/1"), deep, "acme/" + std::string(100'000, 'x')}) {
    EXPECT_EQ(found(catalog, path), "nothing") << path.substr(0, 50);
  }
}

TEST_P(CatalogTest, OfAListedModelOnlyTheVersionIsRead) {
  published("acme/mul/1");
  Catalog catalog(store_);
  ASSERT_TRUE(catalog.refresh());
  ASSERT_TRUE(store_->remove(protocol::entry_key("acme/mul")));  // read, it would not be there
  EXPECT_EQ(found(catalog, "acme/mul/1"), "acme/mul/1 versioned ");
  Catalog fresh(store_);
  EXPECT_EQ(found(fresh, "acme/mul/1"), "nothing");
}

TEST_P(CatalogTest, ANewVersionIsFoundWithinASecond) {
  Catalog catalog = catalog_by_our_clock();
  const auto all = [&] {
    return std::tuple(found(catalog, "acme/mul/1"), found(catalog, "acme/mul"),
                      *catalog.versions(model_of("acme/mul")));
  };
  using Versions = std::vector<protocol::Version>;
  EXPECT_EQ(all(), std::tuple("nothing", "nothing", Versions{}));
  published("acme/mul/1");
  now_ += 1s;
  EXPECT_EQ(all(), std::tuple("acme/mul/1 versioned ", "acme/mul/1 latest ", Versions{1}));
  published("acme/mul/2");
  now_ += 1s;
  EXPECT_EQ(all(), std::tuple("acme/mul/1 versioned ", "acme/mul/2 latest ", Versions({1, 2})));
}

// What the lists show the downloads must have: the clock stands still, so nothing grows old by itself.
TEST_P(CatalogTest, WhatARefreshHasSeenIsNotMissingAnyMore) {
  Catalog catalog = catalog_by_our_clock();
  ASSERT_TRUE(catalog.refresh());
  EXPECT_EQ(found(catalog, "acme/mul/1"), "nothing");
  published("acme/mul/1");
  EXPECT_EQ(found(catalog, "acme/mul/1"), "nothing") << "remembered";
  ASSERT_TRUE(*catalog.refresh());
  EXPECT_EQ(catalog.snapshot()->models.size(), 1u);
  EXPECT_EQ(found(catalog, "acme/mul/1"), "acme/mul/1 versioned ");
}

TEST_P(CatalogTest, WhoAsksAgainAtOnceIsAnsweredWithoutTheStore) {
  Catalog catalog = catalog_by_our_clock();
  EXPECT_EQ(found(catalog, "acme/mul/1"), "nothing");
  published("acme/mul/1");
  EXPECT_EQ(found(catalog, "acme/mul/1"), "nothing");
  now_ += 1s;
  EXPECT_EQ(found(catalog, "acme/mul"), "acme/mul/1 latest ");
  published("acme/mul/2");
  EXPECT_EQ(found(catalog, "acme/mul"), "acme/mul/1 latest ");
}

TEST_P(CatalogTest, TheSnapshotFollowsTheGeneration) {
  Catalog catalog(store_);
  EXPECT_THAT(catalog.snapshot()->models, IsEmpty());
  ASSERT_TRUE(catalog.refresh());
  EXPECT_THAT(catalog.snapshot()->models, IsEmpty());
  published("acme/mul/2");
  published("acme/mul/1");
  published("acme/float/1/7");
  ASSERT_TRUE(catalog.refresh());  // at once: the publisher announced it
  const auto snapshot = catalog.snapshot();
  ASSERT_EQ(snapshot->models.size(), 2u);
  EXPECT_THAT(snapshot->models.at("acme/mul").versions, ElementsAre(1, 2));
  EXPECT_EQ(snapshot->models.at("acme/mul").latest(), 2u);
  EXPECT_EQ(snapshot->models.at("acme/mul").name.text(), "acme/mul");
  EXPECT_THAT(snapshot->models.at("acme/float/1").versions, ElementsAre(7));
  ASSERT_TRUE(catalog.refresh());
  EXPECT_EQ(catalog.snapshot(), snapshot);  // nothing changed, nothing was read anew
}

TEST_P(CatalogTest, WhatWasNotAnnouncedIsSeenAllTheSame) {
  Catalog catalog = catalog_by_our_clock();
  published("acme/mul/1");
  ASSERT_TRUE(catalog.refresh());
  // A publisher killed between its commit and the announcement: as if the generation had stayed.
  const std::string generation = read(*store_, ".catalog/.generation");
  published("acme/mul/2");
  ASSERT_TRUE(store::put_small(*store_, ".catalog/.generation", as_bytes(generation)));
  EXPECT_EQ(*catalog.refresh(), false);
  now_ += 1s;
  EXPECT_EQ(*catalog.refresh(), true);
  EXPECT_THAT(catalog.snapshot()->models.at("acme/mul").versions, ElementsAre(1, 2));
}

TEST_P(CatalogTest, ADamagedEntryHidesNoOther) {
  published("acme/mul/1");
  ASSERT_TRUE(store_->put_if_absent(".catalog/acme/bad/1/.entry.json", as_bytes("{")));
  ASSERT_TRUE(store_->put_if_absent(".catalog/acme/bad/1/2/.entry.json", as_bytes("{")));
  ASSERT_TRUE(store_->put_if_absent(".catalog/not-a-url", as_bytes("{")));
  Catalog catalog(store_);
  ASSERT_TRUE(catalog.refresh());
  EXPECT_EQ(catalog.snapshot()->models.size(), 1u);
  EXPECT_EQ(found(catalog, "acme/mul"), "acme/mul/1 latest ");
}

TEST_P(CatalogTest, MayBeAskedFromManyThreads) {
  published("acme/mul/1");
  Catalog catalog(store_);
  std::atomic<bool> stop = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; !stop; ++round) {
        const auto exact = catalog.find("acme/mul/1");
        if (!exact || !*exact) ++failures;
        if (!catalog.find("acme/mul/" + std::to_string(round % 50) + "/f" + std::to_string(i))) ++failures;
        if (catalog.versions(model_of("acme/mul"))->empty()) ++failures;
        if (catalog.snapshot()->models.size() > 1) ++failures;
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) {
      if (!catalog.refresh()) ++failures;
    }
  });
  for (int version = 2; version < 12; ++version) published("acme/mul/" + std::to_string(version));
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace tfhub::catalog
