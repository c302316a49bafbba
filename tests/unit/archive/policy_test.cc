// Every class of the archive policy (docs/architecture.md), from tar bytes to the refusal.
#include <algorithm>

#include "archive/archive_testing.h"
#include "archive/member_name.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;
using testing::TarBuilder;
using testing::unpack;

struct Case {
  std::string what;
  std::string tar;
  std::string message;
};

std::string base256(std::string_view low_bytes, char first) {
  std::string field(12, '\0');
  field[0] = first;
  field.replace(12 - low_bytes.size(), low_bytes.size(), low_bytes);
  return field;
}

std::string after_end(std::string_view more) {
  return TarBuilder().file("f", "x").end() + std::string(more);
}

class Policy : public ::testing::TestWithParam<Case> {};

TEST_P(Policy, IsRefusedAndLeavesNothingOutside) {
  const auto unpacked = unpack(testing::gzip(GetParam().tar), {.name = "http://hub/m/1"});
  ASSERT_FALSE(unpacked.result);
  EXPECT_EQ(unpacked.result.error().code(), Code::kCorrupt);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("http://hub/m/1: "));
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr(GetParam().message));
}

const std::string kGnu("ustar  \0", 8);

INSTANTIATE_TEST_SUITE_P(
    Types, Policy,
    ::testing::Values(
        Case{"hard_link_to_nothing",
             TarBuilder().add({.name = "b", .body = "", .type = '1', .linkname = "a"}).file("a", "x").end(),
             "no file before it"},
        Case{"hard_link_to_a_directory",
             TarBuilder().directory("d").add({.name = "b", .body = "", .type = '1', .linkname = "d"}).end(),
             "no file before it"},
        Case{
            "hard_link_outside",
            TarBuilder().file("a", "x").add({.name = "b", .body = "", .type = '1', .linkname = "../a"}).end(),
            "'..'"},
        Case{"hard_link_with_bytes",
             TarBuilder().file("a", "x").add({.name = "b", .body = "y", .type = '1', .linkname = "a"}).end(),
             "claims to have content"},
        Case{"hard_link_twice",
             TarBuilder()
                 .file("a", "x")
                 .add({.name = "b", .body = "", .type = '1', .linkname = "a"})
                 .add({.name = "b", .body = "", .type = '1', .linkname = "a"})
                 .end(),
             "twice"},
        Case{"file_with_a_target", TarBuilder().pax({{"linkpath", "a"}}).file("b", "x").end(),
             "no link has a target"},
        Case{
            "symlink",
            TarBuilder().file("a", "x").add({.name = "b", .body = "", .type = '2', .linkname = "/etc"}).end(),
            "a symbolic link"},
        Case{"character_device", TarBuilder().add({.name = "b", .body = "", .type = '3'}).end(),
             "a character device"},
        Case{"block_device", TarBuilder().add({.name = "b", .body = "", .type = '4'}).end(),
             "a block device"},
        Case{"fifo", TarBuilder().add({.name = "b", .body = "", .type = '6'}).end(), "a FIFO"},
        Case{"contiguous", TarBuilder().add({.name = "b", .body = "", .type = '7'}).end(),
             "type that models do not"},
        Case{"gnu_sparse", TarBuilder().add({.name = "b", .body = "x", .type = 'S', .magic = kGnu}).end(),
             "sparse"},
        Case{"pax_sparse",
             TarBuilder().pax({{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}}).file("b", "x").end(),
             "sparse"},
        Case{"star_sparse", TarBuilder().pax({{"SCHILY.realsize", "99"}}).file("b", "x").end(), "sparse"},
        Case{"long_link",
             TarBuilder().add({.name = "././@LongLink", .body = "target", .type = 'K', .magic = kGnu}).end(),
             "followed by no entry"},
        Case{"multi_volume", TarBuilder().add({.name = "v", .body = "", .type = 'M', .magic = kGnu}).end(),
             "multi-volume"},
        Case{"volume_label", TarBuilder().add({.name = "v", .body = "", .type = 'V', .magic = kGnu}).end(),
             "volume"}),
    [](const auto& each) { return each.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Names, Policy,
    ::testing::Values(
        Case{"absolute", TarBuilder().file("/tmp/x", "x").end(), "absolute"},
        Case{"dot_dot", TarBuilder().file("a/../../x", "x").end(), "'..'"},
        Case{"dot_dot_directory", TarBuilder().directory("../").file("a", "x").end(), "'..'"},
        Case{"dot_dot_by_prefix", TarBuilder().add({.name = "x", .body = "x", .prefix = "a/.."}).end(),
             "'..'"},
        Case{"dot_dot_by_pax", TarBuilder().pax({{"path", "../x"}}).file("x", "x").end(), "'..'"},
        Case{"dot_dot_by_long_name", TarBuilder().long_name("a/../x").file("x", "x").end(), "'..'"},
        Case{"empty", TarBuilder().file("", "x").end(), "empty name"},
        Case{"empty_by_pax", TarBuilder().pax({{"path", ""}}).file("x", "x").end(), "empty name"},
        Case{"empty_part", TarBuilder().file("a//b", "x").end(), "empty part"},
        Case{"file_with_slash", TarBuilder().file("a/", "x").end(), "empty part"},
        Case{"root_as_file", TarBuilder().file("./", "x").end(), "empty name"},
        Case{"duplicate", TarBuilder().file("a", "x").file("./a", "y").end(), "other bytes the second time"},
        Case{"duplicate_longer", TarBuilder().file("a", "x").file("a", "xx").end(),
             "other bytes the second time"},
        Case{"control", TarBuilder().file("a\x1b[2J", "x").end(), "control character"},
        Case{"nul_by_pax", TarBuilder().pax({{"path", std::string("a\0b", 3)}}).file("x", "x").end(),
             "control"},
        Case{"not_utf8", TarBuilder().file("a\xff", "x").end(), "UTF-8"},
        Case{"backslash", TarBuilder().file("a\\b", "x").end(), "backslash"},
        Case{"too_long",
             TarBuilder()
                 .pax({{"path", std::string(600, 'a') + "/" + std::string(600, 'b')}})
                 .file("x", "")
                 .end(),
             "longer than 1024"},
        Case{"too_deep",
             TarBuilder()
                 .pax({{"path",
                        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/"
                        "27/28/29/30/31/32/f"}})
                 .file("x", "")
                 .end(),
             "32 directories deep"},
        Case{"file_then_directory", TarBuilder().file("a", "x").file("a/b", "y").end(),
             "a file and a directory"},
        Case{"directory_then_file", TarBuilder().directory("a/").file("a", "y").end(),
             "a file and a directory"}),
    [](const auto& each) { return each.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Sizes, Policy,
    ::testing::Values(
        Case{"negative",
             TarBuilder().add({.name = "a", .body = "", .size_field = base256("\xff", '\xff')}).end(),
             "negative"},
        Case{"beyond_63_bits",
             TarBuilder()
                 .add({.name = "a",
                       .body = "",
                       .size_field = base256("\xff\xff\xff\xff\xff\xff\xff\xff\xff", '\x80')})
                 .end(),
             "too large"},
        Case{"not_a_number", TarBuilder().add({.name = "a", .body = "", .size_field = "0000008"}).end(),
             "not a number"},
        Case{"blank", TarBuilder().add({.name = "a", .body = "", .size_field = "           "}).end(),
             "not a number"},
        Case{"negative_by_pax", TarBuilder().pax({{"size", "-1"}}).file("a", "").end(), "negative"},
        Case{"contradicting_pax", TarBuilder().pax({{"size", "2"}}).file("a", "x").end(),
             "two different sizes"},
        Case{"two_in_pax", TarBuilder().pax({{"size", "1"}, {"size", "2"}}).file("a", "x").end(),
             "two different sizes"},
        Case{"beyond_63_bits_by_pax", TarBuilder().pax({{"size", "9223372036854775808"}}).file("a", "").end(),
             "too large"},
        Case{"beyond_64_bits_by_pax",
             TarBuilder().pax({{"size", "18446744073709551616"}}).file("a", "").end(), "too large"},
        Case{"unit_by_pax", TarBuilder().pax({{"size", "1k"}}).file("a", "x").end(), "not a number"},
        Case{"global", TarBuilder().pax({{"size", "1"}}, 'g').file("a", "x").end(), "global header"},
        Case{"directory", TarBuilder().add({.name = "a/", .body = "x", .type = '5'}).file("b", "x").end(),
             "claims to have content"},
        Case{"long_name_of_a_gigabyte",
             TarBuilder()
                 .add({.name = "L", .body = "", .type = 'L', .size_field = "07777777777", .magic = kGnu})
                 .end(),
             "extended header claims"}),
    [](const auto& each) { return each.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Structure, Policy,
    ::testing::Values(
        Case{"no_end", TarBuilder().file("a", "x").unfinished(), "breaks off"},
        Case{"half_an_end", TarBuilder().file("a", "x").unfinished() + std::string(512, '\0'), "breaks off"},
        Case{"zero_block_between",
             TarBuilder().file("a", "x").raw(std::string(512, '\0')).file("b", "x").end(),
             "single zero block"},
        Case{"cut_in_a_body", TarBuilder().file("a", std::string(5000, 'x')).unfinished().substr(0, 3000),
             "breaks off"},
        Case{"cut_in_a_header", TarBuilder().file("a", "x").file("b", "x").unfinished().substr(0, 1300),
             "breaks off"},
        Case{"more_after_the_end", after_end("x"), "after the end"},
        Case{"another_tar_after_the_end", after_end(TarBuilder().file("g", "y").end()), "after the end"},
        Case{"no_entry", TarBuilder().end(), "not a single file"},
        Case{"directories_alone", TarBuilder().directory("./").directory("./a/").end(), "not a single file"},
        Case{"pax_for_nothing", TarBuilder().file("a", "x").pax({{"path", "b"}}).end(),
             "followed by no entry"},
        Case{"two_pax_headers", TarBuilder().pax({{"path", "b"}}).pax({{"path", "b"}}).file("a", "x").end(),
             "two extended headers"},
        Case{"two_names", TarBuilder().pax({{"path", "b"}}).long_name("c").file("a", "x").end(),
             "two different names"},
        Case{"malformed_pax",
             TarBuilder().add({.name = "p", .body = "99 path=x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_without_value",
             TarBuilder().add({.name = "p", .body = "8 path\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_without_a_number",
             TarBuilder().add({.name = "p", .body = "path=x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_shorter_than_itself",
             TarBuilder().add({.name = "p", .body = "3 path=x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_of_no_length",
             TarBuilder().add({.name = "p", .body = "0 path=x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_without_space",
             TarBuilder().add({.name = "p", .body = "9:path=x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_without_newline",
             TarBuilder().add({.name = "p", .body = "9 path=x.", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"pax_without_key",
             TarBuilder().add({.name = "p", .body = "5 =x\n", .type = 'x'}).file("a", "x").end(),
             "malformed"},
        Case{"empty_pax", TarBuilder().pax({}).file("a", "x").end(), "no valid size"},
        Case{"pax_of_negative_size",
             TarBuilder()
                 .add({.name = "p", .body = "", .type = 'x', .size_field = base256("\xff", '\xff')})
                 .file("a", "x")
                 .end(),
             "no valid size"},
        Case{"long_name_for_nothing", TarBuilder().file("a", "x").long_name("b").end(),
             "followed by no entry"},
        Case{"two_long_names", TarBuilder().long_name("b").long_name("b").file("a", "x").end(),
             "two extended headers"},
        Case{"two_names_in_one_pax", TarBuilder().pax({{"path", "b"}, {"path", "c"}}).file("a", "x").end(),
             "two different names"},
        Case{"two_names_the_other_way", TarBuilder().long_name("c").pax({{"path", "b"}}).file("a", "x").end(),
             "two different names"},
        Case{"long_name_with_a_tail",
             TarBuilder()
                 .add({.name = "L", .body = std::string("b\0/../c", 7), .type = 'L', .magic = kGnu})
                 .file("a", "x")
                 .end(),
             "followed by something else"},
        Case{"unknown_magic",
             TarBuilder().file("a", "x").add({.name = "b", .body = "", .magic = "ustar!00"}).end(),
             "no known tar format"}),
    [](const auto& each) { return each.param.what; });

TEST(Tar, AWrongHeaderChecksumIsRefused) {
  std::string tar = TarBuilder().file("a", "x").file("b", "y").end();
  tar[1024 + 5] ^= 1;  // in the second header's name
  EXPECT_THAT(unpack(tar).result.error().message(), HasSubstr("checksum"));
}

TEST(Tar, WhatIsReadAsItShould) {
  const std::string name100 = std::string(50, 'a') + "/" + std::string(49, 'b');
  const std::string long_name = std::string(200, 'c') + "/" + std::string(200, 'd');
  std::string tar = TarBuilder()
                        .pax({{"comment", "made by a test"}}, 'g')
                        .directory("./")
                        .directory("./variables/")
                        .file("./variables/variables.index", "index")
                        .add({.name = "plain", .body = "v7", .type = '\0', .magic = std::string(8, '\0')})
                        .add({.name = "old/", .body = "", .type = '\0', .magic = std::string(8, '\0')})
                        .add({.name = "gnu", .body = "g", .magic = std::string("ustar  \0", 8)})
                        .add({.name = "big", .body = "base256", .size_field = base256("\x07", '\x80')})
                        .add({.name = "t", .body = "prefixed", .prefix = "assets/deep"})
                        .add({.name = "s\xc3\xbc", .body = "signed", .signed_checksum = true})
                        .file(name100, "no NUL after the name")
                        .pax({{"path", "by/pax"}, {"mtime", "1.5"}, {"size", "5"}})
                        .file("ignored", "pax!!")
                        .long_name(long_name)
                        .add({.name = "ignored", .body = "GNU", .magic = std::string("ustar  \0", 8)})
                        .file("empty", "")
                        .end();
  const auto unpacked = unpack(tar + std::string(9000, '\0'));
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  const std::map<std::string, std::string> expected{{"variables/", ""},
                                                    {"variables/variables.index", "index"},
                                                    {"plain", "v7"},
                                                    {"old/", ""},
                                                    {"gnu", "g"},
                                                    {"big", "base256"},
                                                    {"assets/", ""},
                                                    {"assets/deep/", ""},
                                                    {"assets/deep/t", "prefixed"},
                                                    {"s\xc3\xbc", "signed"},
                                                    {std::string(50, 'a') + "/", ""},
                                                    {name100, "no NUL after the name"},
                                                    {"by/", ""},
                                                    {"by/pax", "pax!!"},
                                                    {std::string(200, 'c') + "/", ""},
                                                    {long_name, "GNU"},
                                                    {"empty", ""}};
  EXPECT_EQ(unpacked.files, expected);
}

// What other tools read, and what says nothing that could be understood in two ways.
TEST(Accepted, MembersThatAreThereTwiceWithTheSameBytes) {
  const std::string tar = TarBuilder()
                              .directory("./")
                              .directory(".")
                              .directory("d")
                              .file("d/a", "same")
                              .file("e", "")
                              .directory("d/")
                              .file("./d/a", "same")
                              .file("e", "")
                              .file("d/a", "same")
                              .end();
  const auto unpacked = unpack(testing::gzip(tar));
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_THAT(unpacked.files,
              ::testing::ElementsAre(::testing::Pair("d/", ""), ::testing::Pair("d/a", "same"),
                                     ::testing::Pair("e", "")));
  EXPECT_EQ(unpacked.result->files.size(), 2u);
}

TEST(Accepted, HardLinksToFilesBeforeThem) {
  const std::string longer(150, 'n');
  const std::string tar = TarBuilder()
                              .file("d/a", "bytes of a")
                              .add({.name = "b", .body = "", .type = '1', .linkname = "./d/a"})
                              .add({.name = "./new/c", .body = "", .type = '1', .linkname = "b"})
                              .pax({{"path", longer}})
                              .file("x", "long")
                              .pax({{"linkpath", longer}})
                              .add({.name = "f", .body = "", .type = '1', .linkname = "cut"})
                              .end();
  const auto unpacked = unpack(testing::gzip(tar));
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  using ::testing::Pair;
  EXPECT_THAT(unpacked.files,
              ::testing::UnorderedElementsAre(Pair("d/", ""), Pair("new/", ""), Pair("d/a", "bytes of a"),
                                              Pair("b", "bytes of a"), Pair("new/c", "bytes of a"),
                                              Pair(longer, "long"), Pair("f", "long")));
  const Manifest& files = unpacked.result->files;
  ASSERT_EQ(files.size(), 5u);
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(),
                             [](const auto& a, const auto& b) { return a.path < b.path; }));
  EXPECT_EQ(files[0].sha256, Sha256::of(as_bytes("bytes of a")));
}

// TensorFlow's exporter writes such pairs. The file systems that tests run on tell them apart.
TEST(Accepted, NamesThatDifferOnlyInCaseWhereTheFileSystemTellsThemApart) {
  const std::string tar = TarBuilder()
                              .file("Labels", "x")
                              .file("labels", "y")
                              .file("\xc3\xa9", "x")
                              .file("e\xcc\x81", "y")
                              .file("A/x", "x")
                              .file("a/y", "y")
                              .end();
  const auto unpacked = unpack(testing::gzip(tar));
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_EQ(unpacked.result->files.size(), 6u);
  PathSet paths;
  ASSERT_TRUE(paths.add("Labels", false));
  EXPECT_FALSE(paths.add("labels", false)) << "by itself it knows of no such file system";
  int asked = 0;
  paths.names_may_fold([&](const std::string& one, const std::string& other) {
    EXPECT_EQ(one, "labels");
    EXPECT_EQ(other, "Labels");
    return ++asked > 1;
  });
  EXPECT_FALSE(paths.add("labels", false));
  EXPECT_TRUE(paths.add("labels", false));
  EXPECT_FALSE(paths.add("labels", false)) << "twice";
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace tfhub::archive
