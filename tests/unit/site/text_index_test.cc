#include "site/text_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace tfhub::site {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class TextIndexTest : public ::testing::Test {
 protected:
  TextIndexTest() : index_(std::move(TextIndex::create().value())) {}
  void put(const std::string& path, const std::string& title = "", const std::string& tags = "",
           const std::string& body = "") {
    ASSERT_TRUE(index_->put({{path, title, tags, body, 1}}));
  }
  std::vector<std::string> search(std::string_view words, size_t limit = 100) {
    auto found = index_->search(words, limit);
    EXPECT_TRUE(found) << found.error().message();
    return found.value_or(std::vector<std::string>{});
  }
  std::unique_ptr<TextIndex> index_;
};

TEST_F(TextIndexTest, FindsWordsOfEveryPart) {
  put("acme/mobilenet_v2", "Classifies pictures", "image classification", "Trained on flowers.");
  put("acme/bert", "Encodes sentences");
  for (const char* words :
       {"acme mobilenet", "pictures", "classification", "flowers", "FLOWERS", "mobilenet v2", "mobilenet_v2"})
    EXPECT_THAT(search(words), ElementsAre("acme/mobilenet_v2")) << words;
  EXPECT_THAT(search("acme"), UnorderedElementsAre("acme/mobilenet_v2", "acme/bert"));
  EXPECT_THAT(search("flowers sentences"), IsEmpty());
}

TEST_F(TextIndexTest, FindsTheBeginningOfAWord) {
  put("acme/mobilenet");
  EXPECT_THAT(search("m"), ElementsAre("acme/mobilenet"));
  EXPECT_THAT(search("mobil"), ElementsAre("acme/mobilenet"));
  EXPECT_THAT(search("obilenet ac"),
              ElementsAre("acme/mobilenet"));  // and a wrong letter, the first one missing
}

TEST_F(TextIndexTest, ForgivesOneLetterOfALongWord) {
  put("acme/mobilenet", "tiny nets");
  for (const char* words : {"mobilenat", "mobilnet", "mobillenet", "mobielnet", "acme moblenet"})
    EXPECT_THAT(search(words), ElementsAre("acme/mobilenet")) << words;
  EXPECT_THAT(search("mobalinet"), IsEmpty());
  EXPECT_THAT(search("niny"), IsEmpty());  // too short to tell
}

TEST_F(TextIndexTest, TheNameCountsMoreThanTheText) {
  put("acme/other", "", "", "spice spice spice spice");
  put("acme/spice");
  EXPECT_THAT(search("spice"), ElementsAre("acme/spice", "acme/other"));
}

TEST_F(TextIndexTest, WhatWeighsLessComesLater) {
  ASSERT_TRUE(index_->put({{"acme/b", "spice", "", "", 0.5}, {"acme/a", "spice and more words", "", "", 1}}));
  EXPECT_THAT(search("spice"), ElementsAre("acme/a", "acme/b"));
}

TEST_F(TextIndexTest, WhatIsPutAgainReplacesAndWhatIsRemovedGoes) {
  put("acme/mul", "multiplies");
  put("acme/mul", "adds");
  EXPECT_THAT(search("multiplies"), IsEmpty());
  EXPECT_THAT(search("adds"), ElementsAre("acme/mul"));
  ASSERT_TRUE(index_->remove({"acme/mul", "acme/none"}));
  EXPECT_THAT(search("adds"), IsEmpty());
  EXPECT_THAT(search("acme"), IsEmpty());
}

TEST_F(TextIndexTest, NothingInAQueryIsSyntax) {
  put("acme/mul", "one AND two");
  for (const char* words :
       {"\"", "a OR b\"", "NEAR(", "*", "acme*", "title:one", "-", "(", "\\", "' OR 1=1 --", "^one", "{mul}"})
    (void)search(words);
  EXPECT_THAT(search("AND"), ElementsAre("acme/mul"));
  EXPECT_THAT(search("acme*mul"), ElementsAre("acme/mul"));
  EXPECT_THAT(search(""), IsEmpty());
  EXPECT_THAT(search(std::string(100'000, 'x')), IsEmpty());
  EXPECT_THAT(search(std::string("\0\xff\xfe", 3)), IsEmpty());
}

TEST_F(TextIndexTest, GivesAtMostWhatIsAskedFor) {
  for (int i = 0; i < 30; ++i) put("acme/model-" + std::to_string(i));
  EXPECT_EQ(search("model", 7).size(), 7u);
}

TEST_F(TextIndexTest, ManySearchWhileOneWrites) {
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) put("acme/m" + std::to_string(i), "words of a model");
  });
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r)
    readers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) (void)search("models");
    });
  writer.join();
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(search("acme", 1000).size(), 200u);
}

TEST(SearchWords, AreWhatTheIndexSplits) {
  EXPECT_THAT(search_words(" MobileNet-v2,224 "), ElementsAre("mobilenet", "v2", "224"));
  EXPECT_THAT(search_words("na\xc3\xafve"), ElementsAre("na\xc3\xafve"));
  std::string many;
  for (int i = 10; i < 40; ++i) many += std::to_string(i) + " ";
  EXPECT_EQ(search_words(many).size(), 16u);
  EXPECT_THAT(search_words("a b c"), ElementsAre("c"))
      << "one letter is the beginning of a tenth of all words";
  EXPECT_THAT(search_words("a big B big net"), ElementsAre("big", "net")) << "each once";
}

TEST(OneLetterOff, KnowsTheFourWays) {
  EXPECT_TRUE(one_letter_off("spice", "spica"));
  EXPECT_TRUE(one_letter_off("spice", "spce"));
  EXPECT_TRUE(one_letter_off("spice", "spicex"));
  EXPECT_TRUE(one_letter_off("spice", "psice"));
  EXPECT_FALSE(one_letter_off("spice", "spice"));
  EXPECT_FALSE(one_letter_off("spice", "spxxe"));
  EXPECT_FALSE(one_letter_off("spice", "spicexx"));
  EXPECT_FALSE(one_letter_off("spice", "cpise"));
  EXPECT_TRUE(one_letter_off("", "a"));
}

}  // namespace
}  // namespace tfhub::site
