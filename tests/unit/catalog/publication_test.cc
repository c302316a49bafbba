#include "catalog/publication.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <set>
#include <thread>

#include "catalog/catalog.h"
#include "catalog/entry.h"
#include "catalog/publishing.h"
#include "catalog/staging_area.h"
#include "os/syscalls.h"

namespace tfhub::catalog {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Publication = OnEveryStore;
INSTANTIATE_TEST_SUITE_P(Stores, Publication, every_store(), kind_name);

std::vector<protocol::Version> versions(const std::shared_ptr<store::ObjectStore>& store,
                                        const std::string& name) {
  const auto result = Catalog(store).versions(model_of(name));
  EXPECT_TRUE(result) << result.error().message();
  return result.value_or(std::vector<protocol::Version>{});
}

bool visible(const std::shared_ptr<store::ObjectStore>& store, const std::string& name) {
  const auto record = Catalog(store).version(id_of(name));
  EXPECT_TRUE(record) << record.error().message();
  return record && *record != nullptr;
}

TEST_P(Publication, ASavedModelLiesInTheBucketLayout) {
  const Files files = small_model("x");
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", files), Outcome::kPublished);
  EXPECT_THAT(keys(*store_), ElementsAre(".catalog/.generation", ".catalog/acme/mul/.entry.json",
                                         ".catalog/acme/mul/1/.entry.json", "acme/mul/1.tar.gz",
                                         "acme/mul/1/uncompressed/saved_model.pb",
                                         "acme/mul/1/uncompressed/variables/variables.index"));
  EXPECT_EQ(read(*store_, "acme/mul/1.tar.gz"), archive_bytes(files));
  EXPECT_EQ(read(*store_, "acme/mul/1/uncompressed/saved_model.pb"), "x");
  EXPECT_TRUE(visible(store_, "acme/mul/1"));
}

TEST_P(Publication, ATfLiteIsItsArchive) {
  const Files files = {{"model.tflite", "TFL3"}};
  EXPECT_OUTCOME(publish(*store_, "acme/lite/1", files, Kind::kTfLite), Outcome::kPublished);
  EXPECT_THAT(keys(*store_, "acme/"), ElementsAre("acme/lite/1.tflite"));
  const auto record = Catalog(store_).version(id_of("acme/lite/1"));
  ASSERT_TRUE(record && *record);
  EXPECT_EQ(*archive_location(*store_, **record), "acme/lite/1.tflite");
  EXPECT_EQ(*file_location(*store_, **record, "model.tflite"), "acme/lite/1.tflite");
  EXPECT_EQ(*uncompressed_ready(*store_, **record), false);
}

TEST_P(Publication, BytesAreServedFromStagingUntilTheyArePromoted) {
  auto area = StagingArea::create(*store_);
  ASSERT_TRUE(area);
  const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  EXPECT_FALSE(visible(store_, "acme/mul/1"));
  EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
  area->release();
  EXPECT_TRUE(visible(store_, "acme/mul/1"));
  EXPECT_THAT(keys(*store_, "acme/"), IsEmpty());

  const std::string staged = protocol::staging_prefix(area->token());
  EXPECT_EQ(*archive_location(*store_, *record), staged + "/archive");
  EXPECT_EQ(*file_location(*store_, *record, "saved_model.pb"), staged + "/uncompressed/saved_model.pb");
  EXPECT_EQ(*uncompressed_ready(*store_, *record), false);

  ASSERT_TRUE(promote(*store_, *record));
  EXPECT_EQ(*archive_location(*store_, *record), "acme/mul/1.tar.gz");
  EXPECT_EQ(*file_location(*store_, *record, "saved_model.pb"), "acme/mul/1/uncompressed/saved_model.pb");
  EXPECT_EQ(*uncompressed_ready(*store_, *record), true);
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
  ASSERT_TRUE(promote(*store_, *record));  // done already is fine
  EXPECT_FAILS(file_location(*store_, *record, "none.pb"), Code::kNotFound, HasSubstr("none.pb"));
  EXPECT_FAILS(file_location(*store_, *record, "variables"), Code::kNotFound, HasSubstr("variables"));
}

TEST_P(Publication, TheSameBytesAgainAreThereAlready) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kPublished);
  const auto before = keys(*store_);
  const std::string entry = read(*store_, ".catalog/acme/mul/1/.entry.json");
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kAlreadyThere);
  EXPECT_EQ(keys(*store_), before);
  EXPECT_EQ(read(*store_, ".catalog/acme/mul/1/.entry.json"), entry);
}

TEST_P(Publication, OtherBytesUnderAPublishedNameChangeNothing) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kPublished);
  const auto before = keys(*store_);
  EXPECT_FAILS(publish(*store_, "acme/mul/1", small_model("y")), Code::kConflict, HasSubstr("acme/mul/1"),
               HasSubstr("saved_model.pb has other bytes"));
  EXPECT_FAILS(publish(*store_, "acme/mul/1", {{"model.tflite", "TFL3"}}, Kind::kTfLite), Code::kConflict,
               HasSubstr("acme/mul/1"));
  EXPECT_EQ(keys(*store_), before);
  EXPECT_EQ(read(*store_, "acme/mul/1/uncompressed/saved_model.pb"), "x");
}

TEST_P(Publication, AModelMayNotBeNamedLikeAVersion) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kPublished);
  const auto before = keys(*store_);
  EXPECT_FAILS(publish(*store_, "acme/mul/1/2", small_model("y")), Code::kConflict, HasSubstr("acme/mul/1/2"),
               HasSubstr("acme/mul/1 is a published version"));
  EXPECT_EQ(keys(*store_), before);
  EXPECT_OUTCOME(publish(*store_, "acme/mul/2/extra/1", small_model("y")), Outcome::kPublished);
}

TEST_P(Publication, AVersionMayNotBeNamedLikeAModel) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1/2", small_model("x")), Outcome::kPublished);
  const auto before = keys(*store_);
  EXPECT_FAILS(publish(*store_, "acme/mul/1", small_model("y")), Code::kConflict,
               HasSubstr("acme/mul/1 is the name of a model"));
  EXPECT_EQ(keys(*store_), before);
  EXPECT_THAT(versions(store_, "acme/mul"), IsEmpty());
  EXPECT_OUTCOME(publish(*store_, "acme/mul/3", small_model("y")), Outcome::kPublished);
  EXPECT_THAT(versions(store_, "acme/mul"), ElementsAre(3));
  EXPECT_THAT(versions(store_, "acme/mul/1"), ElementsAre(2));
}

TEST_P(Publication, AFilesUrlMayNotBeAnotherName) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", {{"extra", "a"}, {"deep/2", "b"}, {"saved_model.pb", "c"}}),
                 Outcome::kPublished);
  EXPECT_FAILS(publish(*store_, "acme/mul/1/extra/5", small_model("y")), Code::kConflict,
               HasSubstr("file extra of acme/mul/1"));
  EXPECT_FAILS(publish(*store_, "acme/mul/1/deep/2", small_model("y")), Code::kConflict,
               HasSubstr("file deep/2"));
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1/other/2", small_model("y")), Outcome::kPublished);
  EXPECT_OUTCOME(publish(*store_, "acme/add/1/other/2", small_model("y")), Outcome::kPublished);
  EXPECT_FAILS(publish(*store_, "acme/add/1", {{"other", "a"}}), Code::kConflict,
               HasSubstr("file other of acme/add/1"));
  EXPECT_FAILS(publish(*store_, "acme/add/1", {{"other/2", "a"}}), Code::kConflict, HasSubstr("other/2"));
  EXPECT_OUTCOME(publish(*store_, "acme/add/1", {{"other/3", "a"}}), Outcome::kPublished);
}

TEST_P(Publication, OfTwoPublishersOneWinsAndTheLoserTouchesNoFinalKey) {
  for (int round = 0; round < 15; ++round) {
    const std::string name = "acme/race/" + std::to_string(round + 1);
    std::atomic<int> published = 0, conflicts = 0, ready = 0;
    std::atomic<int> winner = -1;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        ++ready;
        while (ready < 3) std::this_thread::yield();
        const auto outcome = publish(*store_, name, small_model("publisher " + std::to_string(i)));
        if (outcome && *outcome == Outcome::kPublished) {
          ++published;
          winner = i;
        }
        if (outcome) return;
        if (outcome.error().code() == Code::kConflict)
          ++conflicts;
        else
          ADD_FAILURE() << outcome.error().message();
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(published, 1);
    EXPECT_EQ(conflicts, 2);
    EXPECT_EQ(read(*store_, name + "/uncompressed/saved_model.pb"), "publisher " + std::to_string(winner));
    EXPECT_EQ(read(*store_, name + ".tar.gz"),
              archive_bytes(small_model("publisher " + std::to_string(winner))));
  }
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
}

TEST(PublicationOnABucket, ALoserWritesOnlyWhereItStages) {
  testing::MemoryBucket store;
  EXPECT_OUTCOME(publish(store, "acme/mul/1", small_model("x")), Outcome::kPublished);
  const auto before = store.written();
  EXPECT_FAILS(publish(store, "acme/mul/1", small_model("y")), Code::kConflict, HasSubstr("acme/mul/1"));
  for (const std::string& key : store.written()) {
    if (before.contains(key)) continue;
    EXPECT_THAT(key, StartsWith(".staging/"));
  }
}

TEST_P(Publication, OfAVersionAndAModelOfThatNameOneWins) {
  for (int round = 0; round < 15; ++round) {
    const std::string name = "acme/m" + std::to_string(round) + "/1";
    std::atomic<int> ready = 0;
    bool version_won = false, model_won = false;
    std::thread as_model([&] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      model_won = publish(*store_, name + "/2", small_model("m")).has_value();
    });
    ++ready;
    while (ready < 2) std::this_thread::yield();
    version_won = publish(*store_, name, small_model("v")).has_value();
    as_model.join();
    EXPECT_FALSE(version_won && model_won);
    EXPECT_EQ(visible(store_, name), version_won);
    EXPECT_EQ(visible(store_, name + "/2"), model_won);
    // Both may have given way to each other; then the next one gets through.
    if (!version_won && !model_won)
      EXPECT_OUTCOME(publish(*store_, name, small_model("v")), Outcome::kPublished);
  }
}

TEST_P(Publication, ARecordWithoutItsModelsEntryDoesNotCountAndIsFinishedByTheNext) {
  // A publisher that died between the two: everything it staged and its record are there.
  auto area = StagingArea::create(*store_);
  const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  ASSERT_TRUE(put_intent(*store_, *record));
  ASSERT_TRUE(store_->put_if_absent(protocol::entry_key("acme/mul/1"), as_bytes(record->to_json())));
  area->release();
  EXPECT_FALSE(visible(store_, "acme/mul/1"));
  EXPECT_THAT(versions(store_, "acme/mul"), IsEmpty());
  Catalog catalog(store_);
  ASSERT_TRUE(catalog.refresh());
  EXPECT_THAT(catalog.snapshot()->models, IsEmpty());
  EXPECT_FALSE(*catalog.find("acme/mul"));

  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kAlreadyThere);
  EXPECT_TRUE(visible(store_, "acme/mul/1"));
  EXPECT_THAT(versions(store_, "acme/mul"), ElementsAre(1));
  EXPECT_EQ(read(*store_, "acme/mul/1/uncompressed/saved_model.pb"), "x");
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
}

TEST_P(Publication, ALostAnswerIsNotALostCommit) {
  // The destructor of a publisher whose commit() failed with the record in place must leave the bytes.
  std::string token;
  {
    auto area = StagingArea::create(*store_);
    token = area->token();
    const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
    ASSERT_TRUE(record);
    ASSERT_TRUE(put_intent(*store_, *record));
    ASSERT_TRUE(store_->put_if_absent(protocol::entry_key("acme/mul/1"), as_bytes(record->to_json())));
  }
  EXPECT_THAT(keys(*store_, protocol::staging_prefix(token) + "/"), Not(IsEmpty()));
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kAlreadyThere);
  EXPECT_EQ(read(*store_, "acme/mul/1.tar.gz"), archive_bytes(small_model("x")));
}

TEST_P(Publication, NothingIsCommittedThatIsNotAllThere) {
  auto area = StagingArea::create(*store_);
  const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  const std::string index = protocol::staging_uncompressed_key(area->token(), "variables/variables.index");
  ASSERT_TRUE(store_->remove(index));
  EXPECT_FAILS(commit(*store_, *record), Code::kUnexpected, HasSubstr("variables.index"));
  ASSERT_TRUE(store::put_small(*store_, index, as_bytes("longer than it was")));
  EXPECT_FAILS(commit(*store_, *record), Code::kUnexpected, HasSubstr("variables.index"));
  ASSERT_TRUE(store::put_small(*store_, index, as_bytes("x index")));
  ASSERT_TRUE(store_->remove(protocol::staging_archive_key(area->token())));
  EXPECT_FAILS(commit(*store_, *record), Code::kUnexpected, HasSubstr("archive"));
  EXPECT_FALSE(visible(store_, "acme/mul/1"));
  EXPECT_THAT(keys(*store_, ".catalog/"), IsEmpty());
}

TEST_P(Publication, WhatSomebodyCopiedThereByHandIsNotOverwritten) {
  ASSERT_TRUE(store::put_small(*store_, "acme/mul/1.tar.gz", as_bytes("by hand")));
  EXPECT_FAILS(publish(*store_, "acme/mul/1", small_model("x")), Code::kConflict,
               HasSubstr("acme/mul/1.tar.gz"));
  ASSERT_TRUE(store::put_small(*store_, "acme/mul/2/uncompressed/x", as_bytes("by hand")));
  EXPECT_FAILS(publish(*store_, "acme/mul/2", small_model("x")), Code::kConflict,
               HasSubstr("acme/mul/2/uncompressed"));
  EXPECT_EQ(read(*store_, "acme/mul/1.tar.gz"), "by hand");
  EXPECT_FALSE(visible(store_, "acme/mul/1"));
}

TEST_P(Publication, APromotionThatWasCutShortIsFinishedByTheNext) {
  auto area = StagingArea::create(*store_);
  const auto record = stage(*store_, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
  area->release();
  // The archive had been moved, the folder not.
  ASSERT_TRUE(store::put_small(*store_, "acme/mul/1.tar.gz", as_bytes(archive_bytes(small_model("x")))));
  ASSERT_TRUE(store_->remove(protocol::staging_archive_key(area->token())));
  EXPECT_EQ(*archive_location(*store_, *record), "acme/mul/1.tar.gz");
  EXPECT_EQ(*uncompressed_ready(*store_, *record), false);
  EXPECT_THAT(*file_location(*store_, *record, "saved_model.pb"), StartsWith(".staging/"));
  ASSERT_TRUE(promote(*store_, *record));
  EXPECT_EQ(*uncompressed_ready(*store_, *record), true);
  EXPECT_EQ(read(*store_, "acme/mul/1/uncompressed/variables/variables.index"), "x index");
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
}

TEST_P(Publication, ManyMayPromoteAtOnce) {
  for (int round = 0; round < 10; ++round) {
    auto area = StagingArea::create(*store_);
    const auto record = stage(*store_, *area, "acme/mul/" + std::to_string(round + 1), small_model("x"));
    ASSERT_TRUE(record);
    EXPECT_OUTCOME(commit(*store_, *record), Outcome::kPublished);
    area->release();
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        if (const auto promoted = promote(*store_, *record); !promoted) {
          ++failures;
          ADD_FAILURE() << promoted.error().message();
        }
        const auto where = archive_location(*store_, *record);
        if (!where || store::read_small(*store_, *where).value() != archive_bytes(small_model("x")))
          ++failures;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(*uncompressed_ready(*store_, *record), true);
  }
  EXPECT_THAT(keys(*store_, ".staging/"), IsEmpty());
}

TEST(PublicationOnAStoreThatCannotCopy, WhatIsCopiedIsChecked) {
  testing::MemoryStore store;
  auto area = StagingArea::create(store);
  const auto record = stage(store, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  EXPECT_OUTCOME(commit(store, *record), Outcome::kPublished);
  area->release();
  const std::string index = protocol::staging_uncompressed_key(area->token(), "variables/variables.index");
  ASSERT_TRUE(store::put_small(store, index, as_bytes("X index")));  // one bit rotten
  EXPECT_FAILS(promote(store, *record), Code::kCorrupt, HasSubstr("variables.index"));
  EXPECT_FALSE(*store.head("acme/mul/1/uncompressed/variables/variables.index"));
  EXPECT_EQ(*uncompressed_ready(store, *record), false);
  ASSERT_TRUE(store::put_small(store, index, as_bytes("x index")));
  ASSERT_TRUE(promote(store, *record));
  EXPECT_EQ(*uncompressed_ready(store, *record), true);
}

TEST_P(Publication, LostBytesAreSaidToBeLost) {
  EXPECT_OUTCOME(publish(*store_, "acme/mul/1", small_model("x")), Outcome::kPublished);
  const auto record = Catalog(store_).version(id_of("acme/mul/1"));
  ASSERT_TRUE(record && *record);
  ASSERT_TRUE(store_->remove("acme/mul/1.tar.gz"));
  EXPECT_FAILS(archive_location(*store_, **record), Code::kCorrupt, HasSubstr("acme/mul/1.tar.gz"));
  EXPECT_FAILS(promote(*store_, **record), Code::kCorrupt, HasSubstr("acme/mul/1"));
  ASSERT_TRUE(store::put_small(*store_, "acme/mul/1.tar.gz", as_bytes("short")));
  EXPECT_FAILS(archive_location(*store_, **record), Code::kCorrupt, HasSubstr("acme/mul/1.tar.gz"));
}

// The race that no look beforehand can exclude, brought about on purpose.
TEST(PublicationOnABucket, ARecordWhoseModelBecameAVersionMeanwhileIsTakenBack) {
  auto store = std::make_shared<testing::MemoryBucket>();
  bool done = false;
  store->before_put_if_absent = [&](const std::string& key) {
    if (done || key != ".catalog/acme/mul/1/2/.entry.json") return;
    done = true;
    EXPECT_OUTCOME(publish(*store, "acme/mul/1", small_model("v")), Outcome::kPublished);
  };
  EXPECT_FAILS(publish(*store, "acme/mul/1/2", small_model("m")), Code::kConflict,
               HasSubstr("acme/mul/1 is a published version"));
  EXPECT_TRUE(done);
  EXPECT_FALSE(*store->head(".catalog/acme/mul/1/2/.entry.json"));
  EXPECT_TRUE(visible(store, "acme/mul/1"));
  EXPECT_THAT(keys(*store, ".staging/"), IsEmpty());
}

// Where a rival's record stands as we write ours, and is taken back before we can read it.
class StoreOfAFicklePublisher final : public testing::MemoryBucket {
 public:
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    if (fickle && key == protocol::entry_key("acme/mul/1")) return false;
    return MemoryBucket::put_if_absent(key, bytes);
  }
  bool fickle = true;
};

TEST(PublicationOnABucket, ARivalThatGivesUpAtTheLastMomentIsSaid) {
  StoreOfAFicklePublisher store;
  EXPECT_FAILS(publish(store, "acme/mul/1", small_model("x")), Code::kConflict, HasSubstr("gave up"),
               HasSubstr("publish again"));
  EXPECT_THAT(keys(store), IsEmpty());
  store.fickle = false;
  EXPECT_OUTCOME(publish(store, "acme/mul/1", small_model("x")), Outcome::kPublished);
}

TEST_P(Publication, ARecordThatNobodyCouldReadIsNotWritten) {
  auto area = StagingArea::create(*store_);
  ASSERT_TRUE(area);
  const auto before = keys(*store_);
  const auto refused = [&](const Files& files, const std::string& token, Code code, const std::string& why) {
    EXPECT_FAILS(commit(*store_, record_of("acme/mul/1", files, token)), code, HasSubstr("acme/mul/1"),
                 HasSubstr(why));
  };
  refused({}, area->token(), Code::kCorrupt, "record is not sound");
  refused({{"../../other/1.tar.gz", "x"}}, area->token(), Code::kCorrupt, "record is not sound");
  refused(small_model("x"), "../" + area->token().substr(3), Code::kCorrupt, "record is not sound");
  refused({{"latin-\xe9.pb", "x"}}, area->token(), Code::kUnexpected, "cannot be written down");
  EXPECT_EQ(keys(*store_), before);
}

// What a power cut may find: a record on the disk only after every byte it names, and after the note that
// ties them.
TEST(PublicationInADirectory, TheBytesAreOnTheDiskBeforeTheRecordNamesThem) {
  const auto store = fresh_directory_store();
  auto area = StagingArea::create(*store);
  const auto record = stage(*store, *area, "acme/mul/1", small_model("x"));
  ASSERT_TRUE(record);
  const std::string staged = store->url() + "/" + protocol::staging_prefix(area->token());

  std::set<ino_t> synced;
  int records = 0;
  os::Syscalls watching = os::Syscalls::real();
  watching.fsync = [&](int fd) {
    struct ::stat status {};
    ::fstat(fd, &status);
    synced.insert(status.st_ino);
    return 0;
  };
  watching.renameat2 = [&](int a, const char* from, int c, const char* to, unsigned flags) {
    if (std::string_view(to).ends_with("acme/mul/1/.entry.json") && ++records == 1) {
      for (const std::string name :
           {"", "/archive", "/intent.json", "/uncompressed", "/uncompressed/saved_model.pb",
            "/uncompressed/variables", "/uncompressed/variables/variables.index"}) {
        struct ::stat status {};
        EXPECT_EQ(::stat((staged + name).c_str(), &status), 0) << name;
        EXPECT_TRUE(synced.contains(status.st_ino)) << name;
      }
    }
    return ::renameat2(a, from, c, to, flags);
  };
  const os::ScopedSyscalls scope(watching);
  EXPECT_OUTCOME(commit(*store, *record), Outcome::kPublished);
  EXPECT_GE(records, 1);
}

TEST_P(Publication, ADamagedEntryIsNamed) {
  ASSERT_TRUE(store_->put_if_absent(".catalog/acme/mul/1/.entry.json", as_bytes("{\"type\":")));
  EXPECT_FAILS(publish(*store_, "acme/mul/1", small_model("x")), Code::kCorrupt, HasSubstr("acme/mul/1"));
  EXPECT_FAILS(Catalog(store_).find("acme/mul/1"), Code::kCorrupt, HasSubstr("acme/mul/1"));
  const auto other = record_of("acme/add/1", small_model("x"), "0123456789abcdef0123456789abcdef");
  ASSERT_TRUE(store_->put_if_absent(".catalog/acme/mul/2/.entry.json", as_bytes(other.to_json())));
  EXPECT_FAILS(Catalog(store_).find("acme/mul/2"), Code::kCorrupt, HasSubstr("acme/mul/2"));
}

}  // namespace
}  // namespace tfhub::catalog
