// The files of tags/.
#include "documents/vocabulary.h"

namespace tfhub::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Vocabulary, Values) {
  const auto tasks = parse_vocabulary(
      "# comment\nvalues:\n  - id: image-classification\n    display_name: Image classification\n"
      "    domains:\n      - image\n      - video\n  - id: 3d\n");
  ASSERT_TRUE(tasks);
  EXPECT_EQ(tasks->format, "");
  ASSERT_EQ(tasks->terms.size(), 2u);
  EXPECT_THAT(tasks->terms[0].domains, ElementsAre("image", "video"));
  EXPECT_EQ(tasks->find("3d")->display_name, "3d");
  EXPECT_EQ(tasks->find("4d"), nullptr);
}

TEST(Vocabulary, Urls) {
  const auto colab = parse_vocabulary("format: url\nrequired_domain: colab.example\n");
  ASSERT_TRUE(colab);
  EXPECT_EQ(colab->format, "url");
  EXPECT_EQ(colab->required_domain, "colab.example");
  const auto licences = parse_vocabulary(
      "values:\n- {id: mit, display_name: MIT, url: 'https://l.example'}\n"
      "- {id: v, url_template: 'https://v.example/{A}'}\n");
  ASSERT_TRUE(licences);
  EXPECT_EQ(licences->find("mit")->url, "https://l.example");
  EXPECT_EQ(licences->find("v")->url, "https://v.example/{A}");
}

TEST(Vocabulary, WhatIsNoneIsSaid) {
  const auto message = [](std::string_view yaml) {
    const auto vocabulary = parse_vocabulary(yaml);
    return vocabulary ? std::string("(accepted)") : vocabulary.error().message();
  };
  EXPECT_EQ(message(""), "(accepted)");
  EXPECT_THAT(message("values: [a"), HasSubstr("line"));
  EXPECT_THAT(message("- a"), HasSubstr("mapping"));
  EXPECT_THAT(message("a: 1\nvalues: x"), HasSubstr("line 2"));
  EXPECT_THAT(message("values:\n- id: a\n- name: b"), HasSubstr("line 3"));
  EXPECT_THAT(message(std::string(100000, '[')), HasSubstr("line"));  // no stack is used up
  EXPECT_THAT(message(std::string(2 << 20, ' ')), HasSubstr("at most"));
}

TEST(Vocabulary, DisplayNames) {
  const auto all = parse_vocabularies({{"task", "values: [{id: a, display_name: A}]"}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->display_name("task", "a"), "A");
  EXPECT_EQ(all->display_name("task", "b"), "b");
  EXPECT_EQ(all->display_name("dataset", "a"), "a");
  const auto broken = parse_vocabularies({{"task", "- a"}});
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message(), HasSubstr("'task'"));
}

}  // namespace
}  // namespace tfhub::documents
