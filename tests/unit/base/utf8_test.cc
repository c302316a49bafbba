// What is a character of UTF-8, and what only looks like one.
#include "base/utf8.h"

#include <string>

namespace tfhub {
namespace {

TEST(Utf8, CharactersOfEveryLength) {
  const auto check = [](std::string_view text, char32_t code, size_t length) {
    const auto [found, size] = first_utf8_character(std::string(text) + "tail");
    EXPECT_EQ(found, code) << text;
    EXPECT_EQ(size, length) << text;
  };
  check("a", U'a', 1);
  check(std::string_view("\0", 1), 0, 1);
  check("\x7f", 0x7f, 1);
  check("\xc2\x80", 0x80, 2);
  check("\xdf\xbf", 0x7ff, 2);
  check("\xe0\xa0\x80", 0x800, 3);
  check("\xed\x9f\xbf", 0xd7ff, 3);
  check("\xee\x80\x80", 0xe000, 3);
  check("\xef\xbf\xbf", 0xffff, 3);
  check("\xf0\x90\x80\x80", 0x10000, 4);
  check("\xf4\x8f\xbf\xbf", 0x10ffff, 4);
}

TEST(Utf8, WhatIsNone) {
  EXPECT_EQ(first_utf8_character("").length, 0U);
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf",              // no first bytes
                           "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",  // overlong
                           "\xed\xa0\x80", "\xed\xbf\xbf",                      // surrogates
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",      // beyond the last
                           "\xc2", "\xe2\x82", "\xf0\x9f\x98",                  // cut short
                           "\xc2"
                           "a",
                           "\xe2\x82"
                           "a",
                           "\xf0\x9f\x98"
                           "a"})
    EXPECT_EQ(first_utf8_character(text).length, 0U) << ::testing::PrintToString(text);
}

TEST(Utf8, WhatIsAppendedIsReadAgainAndNoCharacterIsNotAppended) {
  for (const char32_t code :
       {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\uffff', U'\U00010000', U'\U0010ffff'}) {
    std::string text = "x";
    ASSERT_TRUE(append_utf8(text, code));
    const auto [found, size] = first_utf8_character(std::string_view(text).substr(1));
    EXPECT_EQ(found, code);
    EXPECT_EQ(size, text.size() - 1);
  }
  std::string untouched = "x";
  EXPECT_FALSE(append_utf8(untouched, 0xd800));
  EXPECT_FALSE(append_utf8(untouched, 0x110000));
  EXPECT_EQ(untouched, "x");
}

}  // namespace
}  // namespace tfhub
