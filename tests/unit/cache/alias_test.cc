#include "cache/cache_testing.h"

namespace tfhub::cache {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

class AliasTest : public CacheTest {
 protected:
  void expect_alias(const std::string& target, const std::string& etag) {
    EXPECT_EQ(std::filesystem::read_symlink(m(unversioned_)).string(), key(target));
    const auto hit = cache_.find(unversioned_);
    ASSERT_TRUE(hit && *hit);
    EXPECT_TRUE((*hit)->alias);
    EXPECT_EQ((*hit)->path, m(target));
    EXPECT_EQ((*hit)->handle, target);
    EXPECT_EQ((*hit)->etag, etag);
  }
  std::string descriptor() const { return read_text(m(unversioned_) + ".descriptor.txt"); }

  const std::string unversioned_ = "https://hub.example.org/acme/mul";
  const std::string next_ = "https://hub.example.org/acme/mul/2";
};

TEST_F(AliasTest, StandsForAVersion) {
  put(handle_, model_files(), "of the archive");
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  expect_alias(handle_, "one");
  EXPECT_THAT(descriptor(), HasSubstr("Module: " + unversioned_ + "\nDownload Time: "));
  auto expected = only(handle_);
  const auto alias = only(unversioned_);
  expected.insert(expected.end(), alias.begin(), alias.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_THAT(names(), ElementsAreArray(expected));
  // For tensorflow_hub, which follows it: a directory that is not empty.
  EXPECT_TRUE(std::filesystem::exists(m(unversioned_) + "/saved_model.pb"));
  EXPECT_EQ(cache_.get_or_fill(unversioned_, never_fill()).value(), m(handle_));
}

TEST_F(AliasTest, MovesOn) {
  put(handle_);
  put(next_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  ASSERT_TRUE(cache_.set_alias(unversioned_, next_, "two"));
  expect_alias(next_, "two");
  EXPECT_TRUE(is_complete(handle_)) << "a path once given keeps its bytes";
}

TEST_F(AliasTest, TheSameAgainWritesNothing) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  const auto before = os::stat(m(unversioned_) + ".descriptor.txt").value()->inode;
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  EXPECT_EQ(os::stat(m(unversioned_) + ".descriptor.txt").value()->inode, before);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "two"));
  expect_alias(handle_, "two");
}

TEST_F(AliasTest, ARealDirectoryIsLeftAlone) {
  put(handle_);
  put_foreign(unversioned_);
  const std::string before = descriptor();
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  EXPECT_FALSE(std::filesystem::is_symlink(m(unversioned_)));
  EXPECT_EQ(descriptor(), before);
  EXPECT_EQ((*cache_.find(unversioned_))->state, State::kForeign);
}

TEST_F(AliasTest, ABrokenDirectoryIsReplaced) {
  put(handle_);
  put_foreign(unversioned_, {{"variables/variables.index", "i"}});
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  expect_alias(handle_, "one");
  EXPECT_EQ(names().size(), 4u);
}

TEST_F(AliasTest, AHolderOfTheHandlesLockIsNotDisturbed) {
  put(handle_);
  Child other([] { return ::pause() == 0; });
  const std::string lock =
      fmt::format("{}.{}.5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10", os::host_name(), other.pid());
  write_text(m(unversioned_) + ".lock", lock);
  Stopwatch watch;
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
  EXPECT_FALSE(std::filesystem::exists(m(unversioned_)));
  EXPECT_EQ(read_text(m(unversioned_) + ".lock"), lock);
}

TEST_F(AliasTest, NeedsItsTarget) {
  const auto set = cache_.set_alias(unversioned_, handle_, "one");
  EXPECT_FALSE(set);
  put(next_);
  EXPECT_EQ(cache_.set_alias(unversioned_, handle_, "one").error().code(), Code::kNotFound);
  EXPECT_EQ(names(), only(next_));
}

TEST_F(AliasTest, IsNoHitWithoutAWholeTarget) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  EXPECT_FALSE(*cache_.find(unversioned_));
  put(handle_);
  expect_alias(handle_, "one");
}

TEST_F(AliasTest, AnEtagCountsOnlyForTheTreeItWasGivenFor) {
  put(handle_);
  put(next_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  // As a crash between link and descriptor leaves it.
  ASSERT_TRUE(os::replace_symlink(key(next_), m(unversioned_)));
  const auto hit = cache_.find(unversioned_);
  ASSERT_TRUE(hit && *hit);
  EXPECT_EQ((*hit)->etag, "");
  EXPECT_EQ((*hit)->handle, next_);
}

TEST_F(AliasTest, ACopyThatFollowedTheLinksIsUsed) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "one"));
  std::filesystem::remove(m(unversioned_));
  std::filesystem::copy(m(handle_), m(unversioned_), std::filesystem::copy_options::recursive);
  EXPECT_TRUE(*cache_.find(unversioned_));
}

TEST_F(AliasTest, ManyAtOnce) {
  put(handle_);
  put(next_);
  std::vector<Child> children;
  for (int i = 0; i < 16; ++i)
    children.emplace_back([&, i] {
      const bool odd = i % 2 == 1;
      for (int n = 0; n < 20; ++n) {
        if (!cache_.set_alias(unversioned_, odd ? handle_ : next_, odd ? "odd" : "even")) return false;
        const auto hit = cache_.find(unversioned_);
        if (!hit) return false;
        if (*hit && !(*hit)->etag.empty() && ((*hit)->etag == "odd") != ((*hit)->handle == handle_))
          return false;
      }
      return true;
    });
  for (Child& child : children) EXPECT_TRUE(child.succeeded());
  EXPECT_TRUE(*cache_.find(unversioned_));
  EXPECT_EQ(names().size(), 6u);
}

}  // namespace
}  // namespace tfhub::cache
