#include "archive/member_name.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;

std::string why(std::string_view name, bool directory = false) {
  const auto path = member_path(name, directory);
  return path ? "accepted as '" + *path + "'" : path.error().message();
}

TEST(MemberName, PlainNamesStayWhatTheyAre) {
  EXPECT_EQ(member_path("saved_model.pb", false).value(), "saved_model.pb");
  EXPECT_EQ(member_path("./variables/variables.index", false).value(), "variables/variables.index");
  EXPECT_EQ(member_path("variables/", true).value(), "variables");
  EXPECT_EQ(member_path("./variables", true).value(), "variables");
  EXPECT_EQ(member_path("assets/Köln–東京.txt", false).value(), "assets/Köln–東京.txt");
  EXPECT_EQ(member_path("...", false).value(), "...");
  EXPECT_EQ(member_path("a..b/..c", false).value(), "a..b/..c");
}

TEST(MemberName, TheRootIsADirectoryOnly) {
  EXPECT_EQ(member_path("./", true).value(), "");
  EXPECT_EQ(member_path(".", true).value(), "");
  EXPECT_FALSE(member_path(".", false));
  EXPECT_FALSE(member_path("./", false));
}

TEST(MemberName, EveryRefusalNamesItsRule) {
  EXPECT_THAT(why(""), HasSubstr("empty name"));
  EXPECT_THAT(why("", true), HasSubstr("empty name"));
  EXPECT_THAT(why("/etc/passwd"), HasSubstr("absolute"));
  EXPECT_THAT(why(".//etc/passwd"), HasSubstr("absolute"));
  EXPECT_THAT(why(".."), HasSubstr("'..'"));
  EXPECT_THAT(why("../x"), HasSubstr("'..'"));
  EXPECT_THAT(why("a/../../x"), HasSubstr("'..'"));
  EXPECT_THAT(why("a/..", true), HasSubstr("'..'"));
  EXPECT_THAT(why("a/./b"), HasSubstr("'.' part"));
  EXPECT_THAT(why("a//b"), HasSubstr("empty part"));
  EXPECT_THAT(why("a/"), HasSubstr("empty part"));
  EXPECT_THAT(why("a//", true), HasSubstr("empty part"));
  EXPECT_THAT(why("a\\b"), HasSubstr("backslash"));
  EXPECT_THAT(why("a\nb"), HasSubstr("control character"));
  EXPECT_THAT(why(std::string_view("a\0b", 3)), HasSubstr("control character"));
  EXPECT_THAT(why("a\x7f"), HasSubstr("control character"));
  EXPECT_THAT(why("a\xc2\x85"), HasSubstr("control character"));
  EXPECT_THAT(why("a\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(why("a\xc0\xaf"), HasSubstr("UTF-8"));      // an overlong '/'
  EXPECT_THAT(why("a\xed\xa0\x80"), HasSubstr("UTF-8"));  // a surrogate
  EXPECT_THAT(why("a\xe2\x82"), HasSubstr("UTF-8"));      // cut
}

TEST(MemberName, LengthAndDepthEndWhereThePolicySays) {
  std::string deep = "f";
  for (size_t i = 1; i < kMaxPathDepth; ++i) deep = "d/" + deep;
  EXPECT_TRUE(check_path(deep));
  EXPECT_THAT(why("d/" + deep), HasSubstr("deep"));

  const std::string part(255, 'a');  // the most that file systems take for one part
  EXPECT_TRUE(check_path(part + "/" + part));
  EXPECT_THAT(why(part + "b"), HasSubstr("255 bytes"));
  std::string long_path;
  while (long_path.size() < kMaxPathBytes) long_path += "0123456789012345678901234567890123456789012345678/";
  EXPECT_THAT(why(long_path + "x"), HasSubstr("longer than 1024 bytes"));
  EXPECT_TRUE(check_path(long_path.substr(0, 1022) + "xx"));
}

TEST(PathSet, ADuplicateIsRefused) {
  PathSet paths;
  ASSERT_TRUE(paths.add("a/x", false));
  EXPECT_TRUE(paths.add("a", true));  // its entry comes late, but it comes once
  EXPECT_THAT(paths.add("a", true).error().message(), HasSubstr("twice"));
  EXPECT_THAT(paths.add("a/x", false).error().message(), HasSubstr("twice"));
}

TEST(PathSet, NamesThatFoldToTheSameAreRefused) {
  PathSet paths;
  ASSERT_TRUE(paths.add("Vocab.txt", false));
  EXPECT_THAT(paths.add("vocab.TXT", false).error().message(), HasSubstr("differ only in case"));
  ASSERT_TRUE(paths.add("caf\xc3\xa9", false));
  EXPECT_FALSE(paths.add("cafe\xcc\x81", false)) << "NFC and NFD";
  ASSERT_TRUE(
      paths.add("stra\xc3\x9f"
                "e",
                false));
  EXPECT_FALSE(paths.add("STRASSE", false)) << "full case folding";
  ASSERT_TRUE(paths.add("Dir/one", false));
  EXPECT_FALSE(paths.add("dir/two", false)) << "directories that are only implied";
}

TEST(PathSet, AFileIsNoDirectory) {
  PathSet paths;
  ASSERT_TRUE(paths.add("a", false));
  EXPECT_THAT(paths.add("a/b", false).error().message(), HasSubstr("a file and a directory"));
  ASSERT_TRUE(paths.add("b/c", false));
  EXPECT_THAT(paths.add("b", false).error().message(), HasSubstr("a file and a directory"));
}

}  // namespace
}  // namespace tfhub::archive
