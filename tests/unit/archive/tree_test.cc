// list_tree: a publisher's directory obeys the policy that unpacking applies.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "archive/archive_testing.h"
#include "archive/pack.h"
#include "base/log.h"
#include "testing/temp_dir.h"

namespace tfhub::archive {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

std::string refusal(const std::string& root, const Limits& limits = {}) {
  const auto entries = list_tree(root, limits);
  if (entries) return "accepted";
  EXPECT_THAT(entries.error().code(), ::testing::AnyOf(Code::kCorrupt, Code::kUsage));
  EXPECT_THAT(entries.error().message(), HasSubstr(root));
  return entries.error().message();
}

TEST(ListTree, ParentsFirstNamesSorted) {
  const TempDir directory;
  write_text(directory / "m/b/x", "1");
  write_text(directory / "m/a.txt", "22");
  write_text(directory / "m/a/y", "333");
  const auto entries = list_tree(directory / "m", {});
  ASSERT_TRUE(entries) << entries.error().message();
  std::string order;
  for (const TreeEntry& entry : *entries)
    order += entry.path + (entry.directory ? "/" : ":" + std::to_string(entry.size)) + " ";
  EXPECT_EQ(order, "a/ a/y:3 a.txt:2 b/ b/x:1 ");
}

TEST(ListTree, ALinkInsideIsFollowed) {
  const TempDir directory;
  write_text(directory / "m/a/real", "content");
  fs::create_symlink("a/real", directory / "m/link");
  const auto entries = list_tree(directory / "m", {});
  ASSERT_TRUE(entries) << entries.error().message();
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[2].path, "link");
  EXPECT_EQ((*entries)[2].size, 7u);
  EXPECT_EQ(tfhub::testing::read_text((*entries)[2].source), "content");
}

TEST(ListTree, ALinkThatLeavesIsRefused) {
  const TempDir directory;
  write_text(directory / "m/a", "x");
  write_text(directory / "m-secret", "x");
  for (const std::string target : {"/etc/passwd", "../m-secret", "a/../../m-secret"}) {
    fs::create_symlink(target, directory / "m/link");
    EXPECT_THAT(refusal(directory / "m"), HasSubstr("'link' is a symbolic link")) << target;
    fs::remove(directory / "m/link");
  }
  // huggingface_hub, DVC and git-annex keep a model's files elsewhere; its user may say that this is his.
  fs::create_symlink("../m-secret", directory / "m/link");
  EXPECT_EQ(list_tree(directory / "m", {}).error().code(), Code::kUsage);
  EXPECT_THAT(list_tree(directory / "m", {}).error().message(), HasSubstr("--dereference"));
  const auto followed = list_tree(directory / "m", {}, Links::kEverywhere);
  ASSERT_TRUE(followed) << followed.error().message();
  ASSERT_EQ(followed->size(), 2u);
  EXPECT_EQ(tfhub::testing::read_text((*followed)[1].source), "x");
  fs::remove(directory / "m/link");
  fs::create_symlink("nowhere", directory / "m/link");
  EXPECT_THAT(refusal(directory / "m"), HasSubstr("leads nowhere"));
}

TEST(ListTree, ALinkToADirectoryIsRefused) {
  const TempDir directory;
  write_text(directory / "m/a/x", "x");
  fs::create_directory_symlink("a", directory / "m/b");
  EXPECT_THAT(refusal(directory / "m"), HasSubstr("not a regular file"));
}

TEST(ListTree, NamesThatNoOneCouldUnpackAreRefused) {
  for (const std::string name : {"a\\b", "a\nb", "a\xff", "a\x7f"}) {
    const TempDir directory;
    write_text(directory / "m/ok", "x");
    write_text((directory / "m/") + name, "x");
    EXPECT_THAT(refusal(directory / "m"), HasSubstr("the name")) << name;
  }
}

TEST(ListTree, NamesThatManyFileSystemsTakeForOneAreTold) {
  const TempDir directory;
  write_text(directory / "m/Labels", "x");
  write_text(directory / "m/labels", "x");
  std::vector<std::string> said;
  set_log_function([&](LogLevel, std::string_view text) { said.emplace_back(text); });
  EXPECT_TRUE(list_tree(directory / "m", {}));
  set_log_function(nullptr);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("'labels' and 'Labels' differ only in case"));
}

TEST(ListTree, WhatTheMachineAddedIsLeftOut) {
  const TempDir directory;
  for (const char* name : {"a", "._a", ".DS_Store", "d/b", "d/._b", "d/.DS_Store", ".keep"})
    write_text((directory / "m/") + name, "x");
  std::vector<std::string> said;
  set_log_function([&](LogLevel, std::string_view text) { said.emplace_back(text); });
  const auto entries = list_tree(directory / "m", {});
  set_log_function(nullptr);
  ASSERT_TRUE(entries) << entries.error().message();
  std::vector<std::string> paths;
  for (const TreeEntry& each : *entries) paths.push_back(each.path);
  EXPECT_THAT(paths, ::testing::ElementsAre(".keep", "a", "d", "d/b"));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("4 files of macOS"));

  // A mounted ConfigMap of Kubernetes.
  write_text(directory / "cm/..2026_12_01/saved_model.pb", "x");
  fs::create_directory_symlink("..2026_12_01", directory / "cm/..data");
  fs::create_symlink("..data/saved_model.pb", directory / "cm/saved_model.pb");
  const auto mounted = list_tree(directory / "cm", {});
  ASSERT_TRUE(mounted) << mounted.error().message();
  ASSERT_EQ(mounted->size(), 1u);
  EXPECT_EQ((*mounted)[0].path, "saved_model.pb");
}

TEST(ListTree, OtherThingsThanFilesAreRefused) {
  const TempDir directory;
  write_text(directory / "m/ok", "x");
  ASSERT_EQ(::mkfifo((directory / "m/pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(directory / "m"), HasSubstr("'pipe' is a device, a FIFO"));
  fs::rename(directory / "m/pipe", directory / "pipe");
  fs::create_symlink(".", directory / "m/self");
  EXPECT_THAT(refusal(directory / "m"), HasSubstr("'self' is a symbolic link to something"));
}

TEST(ListTree, AnEmptyOrMissingDirectory) {
  const TempDir directory;
  fs::create_directories(directory / "m/empty");
  EXPECT_THAT(refusal(directory / "m"), HasSubstr("not a single file"));
  const auto missing = list_tree(directory / "none", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
}

TEST(ListTree, LimitsAreThoseOfUnpacking) {
  const TempDir directory;
  write_text(directory / "m/a", "xx");
  write_text(directory / "m/b", "xx");
  EXPECT_THAT(refusal(directory / "m", {.total_bytes = 3}), HasSubstr("TFHUB_MAX_MODEL_SIZE"));
  EXPECT_THAT(refusal(directory / "m", {.entries = 2}),
              HasSubstr("TFHUB_MAX_MODEL_FILES"));  // the root counts
  EXPECT_TRUE(list_tree(directory / "m", {.total_bytes = 4, .entries = 3}));
}

}  // namespace
}  // namespace tfhub::archive
