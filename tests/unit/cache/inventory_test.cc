// list and verify.
#include "base/log.h"
#include "cache/cache_testing.h"
#include "cache/layout.h"

namespace tfhub::cache {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InventoryTest : public CacheTest {
 protected:
  const std::string unversioned_ = "https://hub.example.org/acme/mul";
  const std::string foreign_ = "https://hub.example.org/foreign/model/1";
};

TEST_F(InventoryTest, AMissingCacheIsEmpty) {
  EXPECT_THAT(cache_.list().value(), IsEmpty());
  EXPECT_THAT(cache_.verify(std::nullopt).value(), IsEmpty());
  EXPECT_THAT(cache_.prune({}).value().removed, IsEmpty());
  EXPECT_EQ(cache_.verify(handle_).error().code(), Code::kNotFound);
}

TEST_F(InventoryTest, ListsEveryState) {
  put(handle_);
  put_foreign(foreign_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  put("https://x/broken");
  std::filesystem::remove(m("https://x/broken") + "/saved_model.pb");
  const std::string token = new_token();
  write_text(m("https://x/left") + "." + token + ".tmp/half", "12345");
  write_text(cache_.directory() + "/readme.txt", "not ours");
  Child filler([&] {
    return cache_.get_or_fill("https://x/filling", counting(counter_, fill_with(model_files()), until_killed))
        .has_value();
  });
  ASSERT_TRUE(wait_until([&] { return count() == "x"; }));

  const auto entries = cache_.list().value();
  ASSERT_EQ(entries.size(), 6u);
  std::map<std::string, Entry> by_key;
  for (const Entry& entry : entries) by_key[entry.key] = entry;
  const Entry whole = by_key[key(handle_)];
  EXPECT_EQ(whole.state, State::kComplete);
  EXPECT_EQ(whole.handle, handle_);
  EXPECT_EQ(whole.path, m(handle_));
  EXPECT_EQ(whole.size, 17u);
  EXPECT_EQ(whole.files, 3u);
  EXPECT_LT(std::chrono::system_clock::now() - whole.used, std::chrono::minutes(1));
  const Entry foreign = by_key[key(foreign_)];
  EXPECT_EQ(foreign.state, State::kForeign);
  EXPECT_EQ(foreign.handle, foreign_);
  EXPECT_EQ(foreign.size, 17u);
  EXPECT_EQ(foreign.files, 3u);
  const Entry alias = by_key[key(unversioned_)];
  EXPECT_EQ(alias.alias_of, handle_);
  EXPECT_EQ(alias.state, State::kComplete);
  EXPECT_EQ(alias.size, 0u);
  EXPECT_EQ(by_key[key("https://x/broken")].state, State::kBroken);
  EXPECT_EQ(by_key[key("https://x/filling")].state, State::kFilling);
  const Entry left = by_key[key("https://x/left")];
  EXPECT_EQ(left.state, State::kLeftover);
  EXPECT_EQ(left.size, 5u);
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const Entry& a, const Entry& b) { return a.handle < b.handle; }));
}

TEST_F(InventoryTest, VerifyNamesFileAndDifference) {
  put(handle_);
  EXPECT_THAT(cache_.verify(handle_).value(), IsEmpty());
  write_text(m(handle_) + "/saved_model.pb", "GRAPH");  // the same size: only the digest tells
  EXPECT_TRUE(is_complete(handle_));
  std::filesystem::remove(m(handle_) + "/variables/variables.index");
  write_text(m(handle_) + "/variables/variables.data-00000-of-00001", "short");
  write_text(m(handle_) + "/assets/extra", "x");
  const auto damage = cache_.verify(handle_).value();
  std::map<std::string, std::string> what;
  for (const Damage& d : damage) {
    EXPECT_EQ(d.handle, handle_);
    what[d.path.substr(m(handle_).size() + 1)] = d.what;
  }
  ASSERT_EQ(what.size(), 4u);
  EXPECT_THAT(what["saved_model.pb"], HasSubstr("other content"));
  EXPECT_EQ(what["variables/variables.index"], "is missing");
  EXPECT_EQ(what["variables/variables.data-00000-of-00001"], "has 5 bytes instead of 7");
  EXPECT_THAT(what["assets/extra"], HasSubstr("not in the record"));
  EXPECT_EQ(cache_.verify(std::nullopt).value().size(), 4u);
}

TEST_F(InventoryTest, VerifyStopsWhenToldTo) {
  put(handle_);
  expect_verify_stops_when_told(cache_);
}

TEST_F(InventoryTest, VerifyOfAnAliasIsThatOfItsModel) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(unversioned_, handle_, "e"));
  write_text(m(handle_) + "/saved_model.pb", "GRAPH");
  EXPECT_EQ(cache_.verify(unversioned_).value().size(), 1u);
  EXPECT_EQ(cache_.verify(std::nullopt).value().size(), 1u) << "once, not twice";
  std::filesystem::remove_all(m(handle_));
  std::filesystem::remove(m(handle_) + ".descriptor.txt");
  const auto damage = cache_.verify(std::nullopt).value();
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_THAT(damage[0].what, HasSubstr("gone"));
}

TEST_F(InventoryTest, VerifySaysWhatItCannotCheck) {
  put_foreign(foreign_);
  std::string said;
  set_log_function([&](LogLevel, std::string_view text) { said += text; });
  EXPECT_THAT(cache_.verify(std::nullopt).value(), IsEmpty());
  EXPECT_THAT(said, HasSubstr("tensorflow_hub"));
  std::filesystem::remove(m(foreign_) + "/variables/variables.index");
  EXPECT_EQ(cache_.verify(foreign_).value().size(), 1u);
  set_log_function(nullptr);
}

TEST_F(InventoryTest, VerifyFindsATornRecord) {
  put(handle_);
  std::ofstream(m(handle_) + ".descriptor.txt", std::ios::app) << "x";
  const auto damage = cache_.verify(handle_).value();
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].path, m(handle_) + ".descriptor.txt");
}

}  // namespace
}  // namespace tfhub::cache
