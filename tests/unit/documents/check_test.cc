// Trees on a disk, and what is wrong in them.
#include "documents/check.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/log.h"
#include "documents/document.h"
#include "documents/tree.h"
#include "testing/temp_dir.h"

namespace tfhub::documents {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDir;
using testing::write_text;

Tree tree_of(std::vector<TreeFile> documents) {
  Tree tree;
  tree.documents = std::move(documents);
  tree.tags = {{"task", "values: [{id: t}]"},
               {"dataset", "values: [{id: d}]"},
               {"license", "values: [{id: mit}]"},
               {"colab", "format: url\nrequired_domain: colab.example"}};
  return tree;
}

std::vector<std::string> found(const Tree& tree) {
  std::vector<std::string> all;
  for (const Finding& each : check(tree))
    all.push_back(each.path + ":" + std::to_string(each.line) + ": " + each.rule);
  return all;
}

const TreeFile kModuleFile = {
    "acme/x/1.md",
    "# Module acme/x/1\nWords.\n\n<!-- asset-path: https://a.example/x.tar.gz -->\n"
    "<!-- task: t -->\n<!-- fine-tunable: true -->\n<!-- format: saved_model_2 -->\n\n## A\n"};

// A clone of somebody's, read by somebody else: nothing but what lies in it is in it.
TEST(ReadTree, FollowsNoLinkAndWaitsForNoFifo) {
  const TempDir directory, outside;
  write_text(outside / "key", "SECRET");
  write_text(outside / "folder/1.md", "SECRET");
  write_text(outside / "folder/task.yaml", "SECRET");
  const std::string models = "docs/acme/models/";
  write_text(directory / (models + "x/1.md"), "honest");
  write_text(directory / "tags/license.yaml", "honest");
  const auto link = [&](const std::string& target, const std::string& at) {
    std::filesystem::create_symlink(target, directory / at);
  };
  link(outside / "key", models + "x/2.md");
  link("x/1.md", models + "x/3.md");
  link(outside / "folder", models + "y");
  link(".", models + "loop");
  link(outside / "key", "tags/task.yaml");
  link("../tags/license.yaml", "tags/language.yaml");
  ASSERT_EQ(::mkfifo((directory / (models + "x/4.md")).c_str(), 0644), 0);
  ASSERT_EQ(::mkfifo((directory / "tags/dataset.yaml").c_str(), 0644), 0);
  std::vector<std::string> said;
  set_log_function([&](LogLevel, std::string_view text) { said.emplace_back(text); });
  const auto tree = read_tree(directory.path());
  set_log_function(nullptr);
  ASSERT_TRUE(tree) << tree.error().message();
  ASSERT_EQ(tree->documents.size(), 1u);
  EXPECT_EQ(tree->documents[0].text, "honest");
  EXPECT_THAT(tree->tags, ElementsAre(::testing::Pair("license", "honest")));
  EXPECT_THAT(said, ::testing::Contains(AllOf(HasSubstr("tags/task.yaml is left out"), HasSubstr("a link"))));
  EXPECT_THAT(said, ::testing::Contains(AllOf(HasSubstr("4.md is left out"), HasSubstr("no regular file"))));

  for (const char* whole : {"docs", "tags"}) {
    const TempDir other;
    write_text(other / "docs/acme/models/x/1.md", "honest");
    std::filesystem::remove_all(other / whole);
    std::filesystem::create_directory_symlink(outside / "folder", other / whole);
    const auto led_out = read_tree(other.path());
    EXPECT_TRUE(!led_out || (led_out->documents.size() == 1 && led_out->tags.empty())) << whole;
  }
}

TEST(Check, GoodDocumentsHaveNoFindings) {
  EXPECT_THAT(
      found(tree_of(
          {kModuleFile,
           {"acme/x/lite/1.md",
            "# Lite acme/x/1\nWords.\n<!-- asset-path: legacy -->\n<!-- parent-model: "
            "https://tfhub.dev/acme/x/1 -->\n"
            "## A\n[x](https://tfhub.dev/acme/x/1?a=b) [x](https://tfhub.dev/acme/x) "
            "[x](/acme/lite-model/x/1/)\n"
            "[y](https://tfhub.dev/acme) [y](https://tfhub.dev/) [y](https://tfhub.dev/s?q=z)\n"
            "[z](https://tfhub.dev/acme/collections/c/1) [z](https://elsewhere.example/a/b/1) [z](#a)\n"
            "[f](https://tfhub.dev/acme/tfjs-model/x/1/model.json)\n"},
           {"acme/x/tfjs/1.md",
            "# Tfjs acme/x/1\nW.\n<!-- asset-path: gs://b/x -->\n<!-- parent-model: acme/x/1 -->\n<!-- demo: "
            "https://a.example -->\n"},
           {"acme/collections/c/1.md",
            "# Collection acme/c/1\nWords.\n<!-- task: t -->\n<!-- dataset: d -->\n"},
           {"acme/acme.md", "# Publisher acme\nAcme\n[![Icon URL]](https://a.example/i.png)\n## A\n"}})),
      IsEmpty());
}

TEST(Check, EveryRule) {
  EXPECT_THAT(
      found(tree_of(
          {kModuleFile,
           {"b.md", kModuleFile.text},
           {"c.md", "# Module acme\n"},
           {"d.md",
            "# Module acme/d/1\n<!-- asset-path: somewhere -->\n<!-- task: t -->\n<!-- task: u -->\n"
            "<!-- fine-tunable: yes -->\n<!-- format: saved -->\n<!-- colab: https://x.example -->\n"
            "<!-- colab: here -->\n<!-- parent-model: acme/x/1 -->\n<!-- license: -->\n"
            "[![Icon URL]](x)\n## A\n\n[a](https://tfhub.dev/acme/gone/1)\n\n* b\n* [c](/acme/x/2)\n"},
           {"e.md", "# Coral acme/e/1\nWords.\n<!-- parent-model: acme/gone -->\n"}})),
      ElementsAre("b.md:1: duplicate", "c.md:1: identity", "d.md:1: description", "d.md:1: bad-url",
                  "d.md:2: bad-url", "d.md:4: unknown-value", "d.md:5: unknown-value",
                  "d.md:6: unknown-value", "d.md:7: bad-url", "d.md:8: bad-url", "d.md:9: unknown-key",
                  "d.md:10: unknown-value", "d.md:14: dead-link", "d.md:17: dead-link",
                  "e.md:1: required-key", "e.md:3: missing-parent"));
}

TEST(Check, ABrokenVocabularyIsAFinding) {
  Tree tree = tree_of({kModuleFile});
  tree.tags["task"] = "- x";
  EXPECT_THAT(found(tree), ElementsAre("tags/task:1: vocabulary"));
  tree.tags.clear();
  EXPECT_THAT(found(tree), IsEmpty());
}

TEST(ReadTree, FindsDocumentsAndTags) {
  for (const std::string& prefix : {std::string(), std::string("assets/")}) {
    TempDir dir;
    write_text(dir / (prefix + "docs/acme/x/1.md"), "one");
    write_text(dir / (prefix + "docs/acme/acme.md"), "two");
    write_text(dir / (prefix + "docs/acme/x.png"), "no");
    write_text(dir / (prefix + "tags/network_architecture.yaml"), "values: []");
    write_text(dir / (prefix + "tags/readme.txt"), "no");
    for (const std::string& start : {dir.path(), dir / (prefix + "docs"), dir / (prefix + "docs/")}) {
      const auto tree = read_tree(start);
      ASSERT_TRUE(tree) << start;
      ASSERT_EQ(tree->documents.size(), 2u);
      EXPECT_EQ(tree->documents[0].path, "acme/acme.md");
      EXPECT_EQ(tree->documents[1].path, "acme/x/1.md");
      EXPECT_EQ(tree->documents[1].text, "one");
      EXPECT_THAT(tree->tags, ElementsAre(::testing::Pair("network-architecture", "values: []")));
    }
  }
}

TEST(ReadTree, WhatIsNoTreeIsSaid) {
  TempDir dir;
  auto tree = read_tree(dir.path());
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code(), Code::kNotFound);
  EXPECT_THAT(tree.error().message(), AllOf(HasSubstr("docs/"), HasSubstr(dir.path())));
  write_text(dir / "docs/a/1.md", std::string(kMaxDocument + 1, 'a'));
  tree = read_tree(dir.path());
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code(), Code::kCorrupt);
  EXPECT_THAT(tree.error().message(), HasSubstr("a/1.md"));
}

TEST(ReadTree, LinksAreNotFollowed) {
  TempDir dir;
  write_text(dir / "docs/a/1.md", "one");
  write_text(dir / "secret.md", "two");
  std::filesystem::create_symlink(dir / "secret.md", dir / "docs/b.md");
  const auto tree = read_tree(dir.path());
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->documents.size(), 1u);
}

}  // namespace
}  // namespace tfhub::documents
