#include "base/text.h"

namespace tfhub {
namespace {

using namespace std::chrono_literals;

TEST(ParseSize, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("1536"), 1536u);
  EXPECT_EQ(parse_size("10G"), uint64_t{10} << 30);
  EXPECT_EQ(parse_size("10GiB"), uint64_t{10} << 30);
  EXPECT_EQ(parse_size("1.5 kB"), 1500u);
  EXPECT_EQ(parse_size("2TB"), 2'000'000'000'000u);
}

TEST(ParseSize, RefusesTheRest) {
  for (const char* text : {"", "-1", "G", "10X", "10GiBs", "1e30T", "0x10", "99999999999T"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(ParseDuration, ReadsUnitsAndBareSeconds) {
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("30d"), 24h * 30);
  for (const char* text : {"", "d", "5y", "-1s", "1 day"}) EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(HumanSize, KeepsThreeDigitsOrSo) {
  EXPECT_EQ(human_size(512), "512 B");
  EXPECT_EQ(human_size(1536), "1.5 KiB");
  EXPECT_EQ(human_size(uint64_t{500} << 20), "500.0 MiB");
}

TEST(Printable, ShowsNoPassword) {
  EXPECT_EQ(printable("https://me:hush@host/a\x07 is none"), "https://***@host/a\\x07 is none");
}

TEST(Printable, CannotDriveATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f \xe6\xa8\xa1 \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe6\xa8\xa1 \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\\xff"
            "b")
      << "no UTF-8";
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m")
      << "C1: U+009B is an escape sequence's beginning";
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "x"),
            "\\xe2\\x80\\xaex")
      << "turns the text that follows";
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xe6\xa8"), "\\xe6\\xa8") << "cut short";
}

TEST(Iso8601, IsUtcToTheSecond) {
  EXPECT_EQ(iso8601(std::chrono::system_clock::time_point(0s)), "1970-01-01T00:00:00Z");
}

TEST(RandomToken, IsThirtyTwoHexDigitsAndNew) {
  const std::string token = random_token();
  EXPECT_EQ(token.size(), 32u);
  EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(token, random_token());
}

}  // namespace
}  // namespace tfhub
