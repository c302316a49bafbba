#include "hubfs/file_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tfhub::hubfs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FileTree tree(std::initializer_list<const char*> paths) {
  Manifest files;
  for (const char* path : paths) files.push_back({path, 1, {}});
  return FileTree(std::move(files));
}

TEST(FileTreeTest, FilesAreFoundWhateverOrderTheyWereListedIn) {
  const FileTree files = tree({"variables/variables.index", "saved_model.pb", "assets/a"});
  ASSERT_NE(files.file("saved_model.pb"), nullptr);
  EXPECT_EQ(files.file("saved_model.pb")->path, "saved_model.pb");
  EXPECT_EQ(files.file("variables"), nullptr);
  EXPECT_EQ(files.file("saved_model.pbtxt"), nullptr);
}

TEST(FileTreeTest, WhatFilesLieInIsADirectory) {
  const FileTree files = tree({"a/b/c.txt", "a.txt"});
  for (const char* directory : {"", "a", "a/b"}) EXPECT_TRUE(files.is_directory(directory)) << directory;
  for (const char* other : {"a/b/c.txt", "a.txt", "b", "a/", "a/b/c"})
    EXPECT_FALSE(files.is_directory(other)) << other;
}

TEST(FileTreeTest, ADirectoryListsEachNameOnce) {
  const FileTree files = tree({"a-b", "a/c", "a/d/e", "a/d/f", "a0", "a.txt"});
  EXPECT_THAT(files.children(""), ElementsAre("a", "a-b", "a.txt", "a0"));
  EXPECT_THAT(files.children("a"), ElementsAre("c", "d"));
  EXPECT_THAT(files.children("a/d"), ElementsAre("e", "f"));
  EXPECT_THAT(tree({}).children(""), IsEmpty());
}

}  // namespace
}  // namespace tfhub::hubfs
