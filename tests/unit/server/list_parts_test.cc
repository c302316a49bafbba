// Lists cut into parts: which one is shown, where the links lead, what is no part.
#include "server/list_parts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tfhub::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ListInParts numbers(size_t count) {
  ListInParts list{.before = "<h2>Numbers</h2>",
                   .parameter = "ops",
                   .summary = "All",
                   .anchor = "numbers",
                   .head = "<ul>",
                   .tail = "</ul>"};
  for (size_t i = 1; i <= count; ++i) list.add(fmt::format("<li>{}</li>", i));
  return list;
}

std::string html_of(const ListInParts& list, std::string_view query) {
  AskedParts asked(query);
  std::string html = asked.html(list);
  EXPECT_TRUE(asked.check());
  return html;
}

std::string shown_list(size_t count, std::string_view query) {
  return html_of(numbers(count), query);
}

TEST(ListsInParts, AShortOneIsWholeAndHasNoLinks) {
  const std::string html = shown_list(100, "");
  EXPECT_THAT(html, HasSubstr("<h2>Numbers</h2><details id=\"numbers\"><summary>All</summary>"));
  EXPECT_THAT(html, HasSubstr("<li>100</li></ul>"));
  EXPECT_THAT(html, Not(HasSubstr("<nav")));
}

TEST(ListsInParts, ALongOneShowsTheFirstPartUntilAnotherIsAskedFor) {
  const std::string first = shown_list(250, "ref=mail&tensors2=x");
  EXPECT_THAT(first, HasSubstr("<li>100</li></ul>"));
  EXPECT_THAT(first, Not(HasSubstr("<li>101</li>")));
  EXPECT_THAT(first, Not(HasSubstr("Previous")));
  EXPECT_THAT(first, HasSubstr("<a href=\"?ops=1#numbers\" aria-current=\"page\">1</a>"));
  EXPECT_THAT(first, HasSubstr("<a href=\"?ops=2#numbers\" rel=\"next\">Next</a>"));
  const std::string last = shown_list(250, "ops=3");
  EXPECT_THAT(last, HasSubstr("<details id=\"numbers\" open>"));
  EXPECT_THAT(last, HasSubstr("<ul><li>201</li>"));
  EXPECT_THAT(last, HasSubstr("<li>250</li></ul>"));
  EXPECT_THAT(last, HasSubstr("<a href=\"?ops=2#numbers\" rel=\"prev\">Previous</a>"));
  EXPECT_THAT(last, Not(HasSubstr("Next")));
}

TEST(ListsInParts, OfVeryManyPartsTheEndsAndTheNeighboursAreLinked) {
  const std::string html = shown_list(10'000, "ops=50");
  for (const int part : {1, 48, 49, 50, 51, 52, 100})
    EXPECT_THAT(html, HasSubstr(fmt::format(">{}</a>", part))) << part;
  for (const int part : {2, 47, 53, 99})
    EXPECT_THAT(html, Not(HasSubstr(fmt::format(">{}</a>", part)))) << part;
}

TEST(ListsInParts, RowsThatWeighMoreFillAPartSooner) {
  ListInParts list;
  list.add("a", 60);
  list.add("b", 60);
  list.add("c", 40);
  list.add("d", 100);
  EXPECT_THAT(list.parts, ::testing::ElementsAre("a", "bc", "d"));
}

ListInParts layers(size_t count) {
  ListInParts list{
      .parameter = "tensors", .summary = "All", .anchor = "weights", .head = "<ul>", .tail = "</ul>"};
  for (size_t i = 0; i < count; ++i) {
    const auto name = fmt::format("block_{}/{}", i / 2, i % 2 == 0 ? "Kernel" : "bias");
    list.add_named(name, fmt::format("<li>{}</li>", name));
  }
  return list;
}

std::string found(size_t count, std::string_view query) {
  return html_of(layers(count), query);
}

TEST(ListsInParts, RowsAreFoundByTheirNamesInWhicheverPartTheyAre) {
  const std::string html = found(450, "named=block_224");
  EXPECT_THAT(html, HasSubstr("<ul><li>block_224/Kernel</li><li>block_224/bias</li></ul>"));
  EXPECT_THAT(html, HasSubstr("<details id=\"weights\" open>"));
  EXPECT_THAT(html, HasSubstr("value=\"block_224\""));
  EXPECT_THAT(html, HasSubstr("2 of 450"));
  EXPECT_THAT(html, Not(HasSubstr("<nav")));
  EXPECT_THAT(found(450, "named=KERNEL"), HasSubstr("225 of 450"));
}

TEST(ListsInParts, WhatIsFoundHasPartsToo) {
  const std::string second = found(450, "named=KERNEL&tensors=2");
  EXPECT_THAT(second, HasSubstr("<ul><li>block_100/Kernel</li>"));
  EXPECT_THAT(second, HasSubstr("<li>block_199/Kernel</li></ul>"));
  EXPECT_THAT(second, HasSubstr("<a href=\"?named=KERNEL&amp;tensors=3#weights\" rel=\"next\">Next</a>"));
  AskedParts beyond("named=KERNEL&tensors=4");
  beyond.html(layers(450));
  EXPECT_FALSE(beyond.check());
}

TEST(ListsInParts, NothingFoundIsAnEmptyListAndNothingAskedIsAll) {
  const std::string none = found(450, "named=embedding");
  EXPECT_THAT(none, HasSubstr("<ul></ul>"));
  EXPECT_THAT(none, HasSubstr("0 of 450"));
  const std::string all = found(450, "named=");
  EXPECT_THAT(all, HasSubstr("<li>block_49/bias</li></ul>"));
  EXPECT_THAT(all, HasSubstr("<a href=\"?tensors=2#weights\" rel=\"next\">"));
  EXPECT_THAT(all, Not(HasSubstr("450 of 450")));
}

TEST(ListsInParts, WhatIsLookedForIsNoMarkup) {
  const std::string html = found(250, "named=%22%3E%3Cb%3Eblock&tensors=1");
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(found(450, "named=%26%23_%22"), HasSubstr("value=\"&amp;#_&quot;\""));
  EXPECT_THAT(found(450, "named=o%63k_&tensors=2"), HasSubstr("?named=ock_&amp;tensors=3#weights"));
}

TEST(ListsInParts, AListWithoutNamesIsShownWhateverIsLookedFor) {
  EXPECT_THAT(shown_list(250, "named=7"), HasSubstr("<li>100</li></ul>"));
}

TEST(ListsInParts, WhatIsNoPartIsToldAfterwards) {
  const auto code = [](std::string_view query) {
    AskedParts asked(query);
    asked.html(numbers(250));
    const auto result = asked.check();
    return result ? Code::kOk : result.error().code();
  };
  EXPECT_EQ(code("ops=3"), Code::kOk);
  EXPECT_EQ(code("ops=4"), Code::kNotFound);
  EXPECT_EQ(code("tensors=1"), Code::kNotFound);  // the page has no such list
  EXPECT_EQ(code("ops=99999999999999999999999"), Code::kUsage);
  for (const char* bad : {"ops=0", "ops=-1", "ops=x", "ops=", "ops=1x", "ops=%3Cb%3E"})
    EXPECT_EQ(code(bad), Code::kUsage) << bad;
}

TEST(ListsInParts, WhoMakesOnePartOnlyIsToldWhich) {
  EXPECT_EQ(AskedParts("files=3").wanted("files", 5), 2U);
  EXPECT_EQ(AskedParts("files=9").wanted("files", 5), 0U);
  EXPECT_EQ(AskedParts("").wanted("files", 5), 0U);
  EXPECT_TRUE(AskedParts("files=3").any());
  EXPECT_FALSE(AskedParts("page=3").any());
}

}  // namespace
}  // namespace tfhub::server
