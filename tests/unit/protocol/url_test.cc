#include "protocol/url.h"

namespace tfhub::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Url, SplitsAndJoins) {
  const auto url = Url::parse("HTTPS://me:pw@Hub.example:8443/acme/mul/1?a=b?c&d#frag?x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority, "me:pw@Hub.example:8443");
  EXPECT_EQ(url->path, "/acme/mul/1");
  EXPECT_EQ(url->query, "a=b?c&d");
  EXPECT_EQ(url->fragment, "frag?x");
  EXPECT_EQ(url->text(), "https://me:pw@Hub.example:8443/acme/mul/1?a=b?c&d");

  const auto bare = Url::parse("http://h");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->path, "");
  EXPECT_EQ(bare->text(), "http://h");
  EXPECT_EQ(Url::parse("http://h?x=/y")->authority, "h");
  EXPECT_TRUE(Url::parse("http://h/?")->has_query);
  EXPECT_EQ(Url::parse("http://h/?")->text(), "http://h/?");

  for (const std::string text : {"", "acme/mul", "/srv/hub", "://x", "1a://x", "h ttp://x", "file:/x"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Query, IsDecodedInOrder) {
  EXPECT_THAT(parse_query("a=1&b=x+y%26&&c&a=2&=z&%zz=%"),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("c", ""), Pair("a", "2"), Pair("", "z"),
                          Pair("%zz", "%")));
  EXPECT_EQ(last_value("a=1&b=2&a=3", "a"), "3");
  EXPECT_EQ(last_value("a=1", "b"), std::nullopt);
  EXPECT_TRUE(parse_query("").empty());
}

TEST(WithParameter, AppendsAsTensorflowHubDoes) {
  EXPECT_EQ(with_parameter("https://h/m/1", "tf-hub-format=compressed"),
            "https://h/m/1?tf-hub-format=compressed");
  EXPECT_EQ(with_parameter("https://h/m/1?a=b", "k=v"), "https://h/m/1?a=b&k=v");
  EXPECT_EQ(with_parameter("https://h/m/1?", "k=v"), "https://h/m/1?k=v");
  EXPECT_EQ(with_parameter("https://h/m/1?a&", "k=v"), "https://h/m/1?a&k=v");
  EXPECT_EQ(with_parameter("https://h/m/1#top", "k=v"), "https://h/m/1?k=v");
  EXPECT_EQ(with_parameter("https://h/m/1?a=b#top?x", "k=v"), "https://h/m/1?a=b&k=v");
}

TEST(PercentEncoding, GoesBothWays) {
  EXPECT_EQ(percent_decode("a%2Fb%20c+"), "a/b c+");
  for (const std::string bad : {"%", "%2", "%zz", "a%0", "%00", "x%00y", "%-1"}) {
    EXPECT_FALSE(percent_decode(bad)) << bad;
  }
  EXPECT_EQ(percent_encode_path("/a b/ü~._-%"), "/a%20b/%C3%BC~._-%25");
  std::string every;
  for (int c = 1; c < 256; ++c) every += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode_path(every)), every);
}

TEST(CleanPath, KeepsWhatIsOrdinary) {
  EXPECT_EQ(clean_path("/"), "/");
  EXPECT_EQ(clean_path("/acme/mul/1"), "/acme/mul/1");
  EXPECT_EQ(clean_path("/acme/mul/1/"), "/acme/mul/1");
  EXPECT_EQ(clean_path("/%61cme/mul%2D2"), "/acme/mul-2");
  EXPECT_EQ(clean_path("/acme/x%20y"), "/acme/x y");
  EXPECT_EQ(clean_path("/acme/..."), "/acme/...");
}

TEST(CleanPath, RefusesWhatCouldMeanTwoThings) {
  for (const std::string bad : {"",
                                "acme",
                                "//",
                                "/acme//mul",
                                "//acme",
                                "/acme/./mul",
                                "/acme/../mul",
                                "/..",
                                "/.",
                                "/acme/%2e%2e/x",
                                "/acme/.%2E",
                                "/acme%2fmul",
                                "/acme%2Fmul",
                                "/acme%5cmul",
                                "/acme\\mul",
                                "/acme%00",
                                "/acme%0d%0aX",
                                "/acme%7f",
                                "/acme%",
                                "/acme%g1",
                                "/acme/mul//",
                                "/acme\nmul",
                                "/%2f"}) {
    EXPECT_FALSE(clean_path(bad)) << bad;
  }
}

}  // namespace
}  // namespace tfhub::protocol
