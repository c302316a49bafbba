// The cache that nobody named believes this user and root, where nobody else may write; one that was named
// believes everybody. Another user is played by modes: what everyone may write, everyone may have put there.
#include "cache/place.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "cache/cache_testing.h"
#include "cache/layout.h"

namespace tfhub::cache {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct ::stat status_of(mode_t mode, uid_t user, gid_t group) {
  struct ::stat status {};
  status.st_mode = mode;
  status.st_uid = user;
  status.st_gid = group;
  return status;
}

TEST(IsOurs, TheUsersAndRootsWhereNobodyElseMayWrite) {
  const uid_t me = ::geteuid(), other = me + 1000;
  EXPECT_TRUE(is_ours(status_of(S_IFDIR | 0755, me, 20)));
  EXPECT_TRUE(is_ours(status_of(S_IFREG | 0600, me, 20)));
  EXPECT_TRUE(is_ours(status_of(S_IFDIR | 0755, 0, 20)));
  EXPECT_FALSE(is_ours(status_of(S_IFDIR | 0755, other, 20)));
  EXPECT_FALSE(is_ours(status_of(S_IFDIR | 0700, other, me)));
  EXPECT_FALSE(is_ours(status_of(S_IFDIR | 0777, me, me)));
  EXPECT_FALSE(is_ours(status_of(S_IFDIR | S_ISVTX | 0777, 0, 0)));
  EXPECT_FALSE(is_ours(status_of(S_IFREG | 0602, me, me)));
  EXPECT_TRUE(is_ours(status_of(S_IFLNK | 0777, me, 20)));
  EXPECT_FALSE(is_ours(status_of(S_IFLNK | 0777, other, 20)));
  // An umask of 002: fine for the group that is the user's own, and for no other.
  EXPECT_TRUE(is_ours(status_of(S_IFDIR | 0775, me, me)));
  EXPECT_FALSE(is_ours(status_of(S_IFDIR | 0775, me, me + 1)));
}

class DefaultPlace : public ::testing::Test {
 protected:
  void let_everyone_write(const std::string& path) { ASSERT_EQ(::chmod(path.c_str(), 0777), 0); }

  TempDir temporary_;
  ScopedEnv tmpdir_{"TMPDIR", temporary_.path()}, named_{"TFHUB_CACHE_DIR", ""};
  const std::string shared_ = temporary_ / "tfhub_modules";
  const std::string own_ = fmt::format("{}-{}", shared_, ::geteuid());
};

TEST_F(DefaultPlace, IsAPrivateOneWhereOthersMayWriteInTheUsualOne) {
  EXPECT_EQ(place_from_settings()->directory, shared_);
  std::filesystem::create_directory(shared_);
  let_everyone_write(shared_);
  std::vector<std::string> said;
  set_log_function([&](LogLevel, std::string_view text) { said.emplace_back(text); });
  const auto place = place_from_settings();
  (void)place_from_settings();
  set_log_function(nullptr);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->directory, own_);
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_THAT(said[0], HasSubstr(own_ + " is used instead (set TFHUB_CACHE_DIR"));
  EXPECT_FALSE(std::filesystem::exists(own_)) << "nothing is made yet";
  ASSERT_TRUE(make_place(*place));
  EXPECT_EQ(std::filesystem::status(own_).permissions(), std::filesystem::perms::owner_all);

  let_everyone_write(own_);
  const auto none = place_from_settings();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kNotAllowed);
  EXPECT_THAT(none.error().message(), HasSubstr("TFHUB_CACHE_DIR"));
  EXPECT_EQ(place_from_settings("/named")->directory, "/named");
}

TEST_F(DefaultPlace, WhoeverIsQuickerIsNotBelieved) {
  const auto place = place_from_settings();
  std::filesystem::create_directory(shared_);
  let_everyone_write(shared_);
  EXPECT_EQ(make_place(*place).error().code(), Code::kNotAllowed);
  DirectoryCache cache(*place);
  EXPECT_FALSE(cache.get_or_fill("https://hub.example.org/acme/mul/1", never_fill()));
}

// Everything that an entry has, one after the other, is such as others may write.
TEST_F(DefaultPlace, AnEntryThatOthersMayWriteIsBrokenAndHealed) {
  DirectoryCache cache(*place_from_settings());
  const std::string handle = "https://hub.example.org/acme/mul/1", alias = "https://hub.example.org/acme/mul";
  const std::string model = entry_paths(cache.directory(), handle)->model();
  ASSERT_TRUE(cache.get_or_fill(handle, fill_with(model_files())));
  ASSERT_TRUE(cache.set_alias(alias, handle, "e"));
  for (const bool recorded : {true, false}) {
    for (const std::string part : {"", "/variables", "/saved_model.pb", "/variables/variables.index"}) {
      SCOPED_TRACE(part + (recorded ? "" : ", of tensorflow_hub"));
      if (!recorded) std::filesystem::remove(model + ".descriptor.txt");
      ASSERT_TRUE(cache.find(handle)->has_value());
      let_everyone_write(model + part);
      EXPECT_FALSE(cache.find(handle)->has_value());
      EXPECT_FALSE(cache.find(alias)->has_value());
      EXPECT_EQ(cache.list()->at(0).state, State::kBroken);
      const auto damage = cache.verify(std::nullopt).value();
      ASSERT_THAT(damage, Not(IsEmpty()));
      EXPECT_THAT(damage[0].what, HasSubstr("belongs to another user"));
      DirectoryCache named(cache.directory());
      EXPECT_TRUE(named.find(handle)->has_value()) << "who names a directory believes it";
      ASSERT_TRUE(cache.get_or_fill(handle, fill_with(model_files())));
      EXPECT_THAT(cache.verify(std::nullopt).value(), IsEmpty());
    }
  }
  // A record that others may write is none; the tree is judged as one of tensorflow_hub.
  let_everyone_write(model + ".descriptor.txt");
  EXPECT_EQ((*cache.find(handle))->state, State::kForeign);
  EXPECT_THAT(cache.verify(handle)->at(0).path, HasSubstr(".descriptor.txt"));
}

}  // namespace
}  // namespace tfhub::cache
