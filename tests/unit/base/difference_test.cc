#include "base/difference.h"

#include <gtest/gtest.h>

namespace tfhub {
namespace {

FileEntry file(const std::string& path, const std::string& content) {
  return {path, content.size(), Sha256::of(as_bytes(content))};
}

TEST(Difference, NamesTheFirstFileThatDiffersAndHow) {
  const Manifest before = {file("a", "1"), file("b", "22"), file("d", "3")};
  EXPECT_EQ(difference(before, before), "");
  EXPECT_EQ(difference({}, {}), "");
  EXPECT_EQ(difference(before, {file("a", "1"), file("b", "22")}), "d is gone");
  EXPECT_EQ(difference(before, {file("b", "22"), file("d", "3")}), "a is gone");
  EXPECT_EQ(difference(before, {file("a", "1"), file("b", "22"), file("c", "x"), file("d", "3")}),
            "c is new");
  EXPECT_EQ(difference({}, {file("a", "1")}), "a is new");
  EXPECT_EQ(difference(before, {file("a", "1"), file("b", "2"), file("d", "3")}), "b has 1 bytes, not 2");
  EXPECT_EQ(difference(before, {file("a", "1"), file("b", "2x"), file("d", "4")}), "b has other bytes");
  const Manifest unread = {{"a", 1, {}}, {"b", 2, {}}, {"d", 1, {}}};
  EXPECT_EQ(difference(before, unread), "") << "as far as sizes tell";
}

}  // namespace
}  // namespace tfhub
