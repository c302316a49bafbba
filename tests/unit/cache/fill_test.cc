#include "cache/cache_testing.h"

namespace tfhub::cache {
namespace {

using FillTest = CacheTest;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(FillTest, LeavesTheModelAndItsDescriptorAndNothingElse) {
  const auto path = cache_.get_or_fill(handle_, fill_with(model_files(), "tag"));
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, m(handle_));
  EXPECT_THAT(names(), ElementsAreArray(only(handle_)));
  for (const auto& [file, text] : model_files()) EXPECT_EQ(read_text(*path + "/" + file), text);
  EXPECT_TRUE(is_complete(handle_));
}

TEST_F(FillTest, FillsTheDirectoryThatItsLockNames) {
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    const std::string lock = read_text(m(handle_) + ".lock");
    const std::string token = lock.substr(lock.rfind('.') + 1);
    EXPECT_EQ(lock, fmt::format("{}.{}.{}", os::host_name(), ::getpid(), token));
    EXPECT_EQ(staging.path(), m(handle_) + "." + token + ".tmp");
    EXPECT_FALSE(std::filesystem::exists(m(handle_)));
    EXPECT_EQ(names().size(), 2u);
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path);
}

TEST_F(FillTest, AFailedFillLeavesNothing) {
  const auto path =
      cache_.get_or_fill(handle_, [](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
        TFHUB_TRY(write_files(staging, model_files()));
        return fail(Code::kNetwork, "the connection was cut");
      });
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kNetwork);
  EXPECT_EQ(path.error().message(), "the connection was cut");
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FillTest, NoFilesAreNoModel) {
  const auto path =
      cache_.get_or_fill(handle_, [](os::StagingDirectory& s, const std::string&) -> Result<Filled> {
        TFHUB_TRY(s.make_directory("assets"));
        return Filled{};
      });
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kCorrupt);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FillTest, ABrokenEntryIsReplaced) {
  put(handle_);
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  write_text(m(handle_) + "/stray", "not of the model");
  const Files newer = {{"saved_model.pb", "another graph"}};
  ASSERT_TRUE(cache_.get_or_fill(handle_, fill_with(newer)));
  EXPECT_TRUE(is_complete(handle_));
  EXPECT_EQ(os::list_directory(m(handle_)).value(), std::vector<std::string>{"saved_model.pb"});
  EXPECT_THAT(names(), ElementsAreArray(only(handle_)));
}

TEST_F(FillTest, ABrokenEntryOfTensorflowHubsIsReplaced) {
  put_foreign(handle_, {{"saved_model.pb", "g"}, {"variables/variables.index", "i"}});
  put(handle_);
  EXPECT_TRUE(is_complete(handle_));
  std::filesystem::remove_all(cache_.directory());
  std::filesystem::create_directories(m(handle_));
  put(handle_);
  EXPECT_TRUE(is_complete(handle_));
}

TEST_F(FillTest, ABrokenEntryStaysUntilThereIsABetterOne) {
  put(handle_);
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  const auto path =
      cache_.get_or_fill(handle_, [&](os::StagingDirectory&, const std::string&) -> Result<Filled> {
        EXPECT_TRUE(std::filesystem::exists(m(handle_) + "/variables/variables.index"));
        return fail(Code::kNetwork, "down");
      });
  ASSERT_FALSE(path);
  EXPECT_TRUE(std::filesystem::exists(m(handle_) + "/variables/variables.index"));
  EXPECT_FALSE(*cache_.find(handle_));
  EXPECT_THAT(names(), ElementsAreArray(only(handle_)));
}

TEST_F(FillTest, AReaderKeepsTheFileThatItHasOpen) {
  put(handle_);
  auto open_file = os::open_read(m(handle_) + "/variables/variables.index");
  ASSERT_TRUE(open_file);
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  put(handle_);
  char text[5] = {};
  EXPECT_EQ(::read(open_file->get(), text, 5), 5);
  EXPECT_EQ(std::string(text, 5), "index");
}

TEST_F(FillTest, ADanglingAliasIsReplaced) {
  std::filesystem::create_directories(cache_.directory());
  std::filesystem::create_symlink(std::string(40, 'a'), m(handle_));
  put(handle_);
  EXPECT_TRUE(is_complete(handle_));
  EXPECT_TRUE(std::filesystem::is_directory(std::filesystem::symlink_status(m(handle_))));
}

TEST_F(FillTest, AFileInTheModelsPlaceIsReplaced) {
  write_text(m(handle_), "not a directory");
  put(handle_);
  EXPECT_TRUE(is_complete(handle_));
}

// Somebody without our lock (a tensorflow_hub that stole it) publishes while we fill.
TEST_F(FillTest, WhoIsFirstWins) {
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    put_foreign(handle_, {{"saved_model.pb", "theirs"}});
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path);
  EXPECT_EQ(read_text(*path + "/saved_model.pb"), "theirs");
  EXPECT_THAT(names(), ElementsAreArray(only(handle_)));
}

TEST_F(FillTest, FailingAfterTheLockWasStolenIsNoFailureIfTheModelIsThere) {
  const auto path =
      cache_.get_or_fill(handle_, [&](os::StagingDirectory&, const std::string&) -> Result<Filled> {
        put_foreign(handle_);
        return fail(Code::kUnexpected, "the staging directory is gone");
      });
  ASSERT_TRUE(path) << path.error().message();
}

TEST_F(FillTest, SomebodyElsesLockIsNotRemoved) {
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    std::filesystem::remove(m(handle_) + ".lock");
    write_text(m(handle_) + ".lock", "elsewhere.1.00000000000040008000000000000000");
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path);
  EXPECT_TRUE(std::filesystem::exists(m(handle_) + ".lock"));
}

TEST_F(FillTest, ACacheThatIsAFileIsSaid) {
  write_text(cache_.directory(), "a file");
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_FALSE(path);
  EXPECT_THAT(path.error().message(), HasSubstr(cache_.directory()));
}

}  // namespace
}  // namespace tfhub::cache
