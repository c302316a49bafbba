#include "protocol/http.h"

namespace tfhub::protocol {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;
using RangeKind = RangeAnswer::Kind;

std::string answer(std::string_view header, uint64_t size) {
  const auto range = parse_range(header, size);
  if (range.kind == RangeKind::kWhole) return "whole";
  if (range.kind == RangeKind::kUnsatisfiable) return "unsatisfiable";
  return std::to_string(range.range.first) + "-" + std::to_string(range.range.last);
}

TEST(Range, OneRange) {
  EXPECT_EQ(answer("bytes=0-499", 10000), "0-499");
  EXPECT_EQ(answer("bytes=9500-", 10000), "9500-9999");
  EXPECT_EQ(answer("bytes=-500", 10000), "9500-9999");
  EXPECT_EQ(answer("bytes=-20000", 10000), "0-9999");
  EXPECT_EQ(answer("bytes=0-0", 10000), "0-0");
  EXPECT_EQ(answer("bytes=9999-99999999999999999999999", 10000), "9999-9999");
  EXPECT_EQ(answer(" Bytes = 1-2 ", 10000), "whole");
  EXPECT_EQ(answer(" BYTES=1-2 ", 10000), "1-2");
  EXPECT_EQ(parse_range("bytes=5-9", 100).range.length(), 5u);
}

TEST(Range, Unsatisfiable) {
  EXPECT_EQ(answer("bytes=10000-", 10000), "unsatisfiable");
  EXPECT_EQ(answer("bytes=10000-10001", 10000), "unsatisfiable");
  EXPECT_EQ(answer("bytes=99999999999999999999999-", 10000), "unsatisfiable");
  EXPECT_EQ(answer("bytes=-0", 10000), "unsatisfiable");
  EXPECT_EQ(answer("bytes=0-", 0), "unsatisfiable");
  EXPECT_EQ(answer("bytes=-5", 0), "whole");
}

TEST(Range, WhatNeedNotBeHonouredIsNoRange) {
  for (const std::string header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,5-6", "bytes=a-b", "bytes=1-2x",
        "bytes=+1-2", "bytes=1--2", "bytes=0x1-2", "items=0-5", "0-5", "bytes=1- 2"}) {
    EXPECT_EQ(answer(header, 10000), "whole") << header;
  }
  std::string thousands = "bytes=0-0";
  for (int i = 0; i < 5000; ++i) thousands += ",1-1";
  EXPECT_EQ(answer(thousands, 10000), "whole");
  EXPECT_EQ(answer("bytes=" + std::string(200, '0') + "-5", 10000), "whole");
}

TEST(ContentRange, Parses) {
  const auto known = parse_content_range("bytes 5-9/100");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->range, (ByteRange{5, 9}));
  EXPECT_EQ(known->total, 100u);
  const auto unknown = parse_content_range("bytes 5-9/*");
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->total);
  for (const std::string bad : {"", "bytes */100", "bytes 9-5/100", "bytes 5-9/9", "bytes 5-9", "5-9/100",
                                "items 5-9/100", "bytes 5-9/x", "bytes -9/100", "bytes /-"}) {
    EXPECT_FALSE(parse_content_range(bad)) << bad;
  }
}

TEST(EntityTags, IfNoneMatchComparesWeakly) {
  EXPECT_TRUE(matches_any("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_any("W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_any("\"a\"", "W/\"a\""));
  EXPECT_TRUE(matches_any("\"x\", W/\"y,z\" ,\"a\"", "\"a\""));
  EXPECT_TRUE(matches_any("\"y,z\"", "\"y,z\""));
  EXPECT_TRUE(matches_any(" * ", "\"a\""));
  for (const std::string no : {"", "a", "\"b\"", "\"A\"", "\"a", "x,\"a\"", "\"\"", "w/\"a\""}) {
    EXPECT_FALSE(matches_any(no, "\"a\"")) << no;
  }
}

TEST(EntityTags, IfRangeTakesOnlyAnEqualStrongTag) {
  EXPECT_TRUE(if_range_matches("\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_matches("W/\"a\"", "W/\"a\""));
  EXPECT_FALSE(if_range_matches("W/\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_matches("\"b\"", "\"a\""));
  EXPECT_FALSE(if_range_matches("Sat, 21 Nov 2026 08:01:10 GMT", "\"a\""));
  EXPECT_TRUE(is_strong_etag("\"\""));
  for (const std::string weak : {"W/\"a\"", "a", "\"a", "\"a\"b", "\"a\"\"", ""}) {
    EXPECT_FALSE(is_strong_etag(weak)) << weak;
  }
}

TEST(Digests, ReprDigestGoesBothWays) {
  const auto digest = Sha256::of(as_bytes("hello"));
  EXPECT_EQ(repr_digest(digest), "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
  EXPECT_EQ(parse_repr_digest(repr_digest(digest)), digest);
  EXPECT_EQ(parse_repr_digest("md5=:AAAA:, " + repr_digest(digest) + ";p=1 , sha-512=:AA==:"), digest);
  for (const std::string bad : {"", "sha-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "sha-256=::",
                                "sha-256=:AAAA:", "sha-512=:AAAA:", "sha-256", "sha-256=:"}) {
    EXPECT_FALSE(parse_repr_digest(bad)) << bad;
  }
}

TEST(Digests, GoogHash) {
  const auto hash = parse_goog_hash("crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==");
  EXPECT_EQ(hash.md5_base64, "Ojk9c3dhfxgoKVVHYwFbHQ==");
  EXPECT_EQ(hash.crc32c, 0x9f4df1e8u);
  EXPECT_FALSE(parse_goog_hash("crc32c=n03x6A==").md5_base64);
  const auto none = parse_goog_hash("md5=AAAA,crc32c=!!,x");
  EXPECT_FALSE(none.md5_base64);
  EXPECT_FALSE(none.crc32c);
}

TEST(Dates, TheThreeFormsOfHttp) {
  const auto when = system_clock::from_time_t(784111777);  // the example of RFC 9110
  EXPECT_EQ(http_date(when), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), when);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), when);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), when);
  for (const std::string bad :
       {"", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 28:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMTx", "tomorrow", "Sun, 00 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
  EXPECT_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT" + std::string(100, ' ') + "x"));
}

TEST(RetryAfter, SecondsOrADate) {
  const auto now = system_clock::from_time_t(784111777);
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), seconds(60));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), seconds(0));
  EXPECT_GE(*parse_retry_after("99999999999999999999999999", now), seconds(1'000'000'000));
  for (const std::string bad : {"", "-1", "1.5", "soon"}) EXPECT_FALSE(parse_retry_after(bad, now)) << bad;
}

TEST(CanonicalLink, IsFoundAmongOthers) {
  EXPECT_EQ(canonical_link("<https://h/m/2>; rel=\"canonical\""), "https://h/m/2");
  EXPECT_EQ(canonical_link("</m/2>;rel=canonical"), "/m/2");
  EXPECT_EQ(
      canonical_link("<a,b;c>; rel=next, </m/2>; title=\"x, rel=canonical; <\"; REL=\"alternate Canonical\""),
      "/m/2");
  for (const std::string none : {"", "<x>", "<x>; rel=next", "x; rel=canonical", "<x; rel=canonical",
                                 "<x>; title=\"rel=canonical\"", "<x>; rel=\"not-canonical\"", "\"", "<"}) {
    EXPECT_FALSE(canonical_link(none)) << none;
  }
}

TEST(Accept, BrowsersPreferHtmlAndProgramsDoNot) {
  EXPECT_TRUE(prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
  EXPECT_TRUE(prefers_html("text/html"));
  EXPECT_TRUE(prefers_html("text/html, */*"));
  EXPECT_TRUE(prefers_html("text/*"));
  EXPECT_TRUE(prefers_html("text/html, application/json"));
  EXPECT_TRUE(prefers_html("application/json;q=0.5, TEXT/HTML;level=1;q=0.7"));
  for (const std::string program :
       {"", "*/*", "application/json", "application/json, text/html", "text/html;q=0",
        "text/html;q=0.5, application/json", "application/*, text/*;q=0.9", "garbage", "text/html;q=bad",
        "application/json, */*", "text/html;q=0.5, */*"}) {
    EXPECT_FALSE(prefers_html(program)) << program;
  }
}

TEST(AcceptEncoding, AllowsGzip) {
  for (const char* yes :
       {"gzip", "deflate, gzip;q=0.5", "br, *", "GZIP", "x-gzip", "gzip;q=0.001", "*;q=0, gzip"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "*;q=0", "*, gzip;q=0", "identity", "gzipped"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

}  // namespace
}  // namespace tfhub::protocol
