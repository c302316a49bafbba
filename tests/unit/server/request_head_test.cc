#include "server/request_head.h"

namespace tfhub::server {
namespace {

struct Parsed {
  HeadError error;
  Head head;
};

Parsed parse(std::string_view text) {
  Parsed parsed;
  parsed.error = parse_head(text, parsed.head);
  return parsed;
}

TEST(RequestHead, KeepsTheFieldsThatDecideAnAnswer) {
  static constexpr std::string_view kText =
      "GET /acme/m/1?tf-hub-format=compressed HTTP/1.1\r\nHost: hub.test:8080\r\naccept:  text/html \r\n"
      "Range: bytes=0-4\r\nIf-Range: \"a\"\r\nIf-None-Match: \"b\"\r\nUser-Agent: curl\r\nX-Other: y\r\n\r\n";
  const Parsed parsed = parse(kText);
  ASSERT_EQ(parsed.error.status, 0U) << parsed.error.why;
  const Request& request = parsed.head.request;
  EXPECT_EQ(request.method, Method::kGet);
  EXPECT_EQ(request.target, "/acme/m/1?tf-hub-format=compressed");
  EXPECT_EQ(request.path(), "/acme/m/1");
  EXPECT_EQ(request.query(), "tf-hub-format=compressed");
  EXPECT_EQ(request.host, "hub.test:8080");
  EXPECT_EQ(request.accept, "text/html");
  EXPECT_EQ(request.range, "bytes=0-4");
  EXPECT_EQ(request.if_range, "\"a\"");
  EXPECT_EQ(request.if_none_match, "\"b\"");
  EXPECT_EQ(request.user_agent, "curl");
  EXPECT_TRUE(parsed.head.keep_alive);
  // Views, not copies.
  EXPECT_GE(request.host.data(), kText.data());
  EXPECT_LT(request.host.data(), kText.data() + kText.size());
}

TEST(RequestHead, KnowsWhoKeepsAlive) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.keep_alive);
}

TEST(RequestHead, UnderstandsTheAbsoluteForm) {
  const Parsed parsed = parse("GET http://other.test:81/a?b HTTP/1.1\r\nHost: ignored\r\n\r\n");
  ASSERT_EQ(parsed.error.status, 0U);
  EXPECT_EQ(parsed.head.request.target, "/a?b");
  EXPECT_EQ(parsed.head.request.host, "other.test:81");
  EXPECT_EQ(parse("GET http://other.test HTTP/1.1\r\nHost: x\r\n\r\n").head.request.target, "/");
}

TEST(RequestHead, SaysHowLongABodyIs) {
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n").head.content_length, 12U);
  EXPECT_TRUE(parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").head.chunked);
  EXPECT_TRUE(parse("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n").head.expects_continue);
}

struct Refused {
  const char* name;
  std::string_view text;
  unsigned status;
};
class RefusedHead : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedHead, IsRefused) {
  const Parsed parsed = parse(GetParam().text);
  EXPECT_EQ(parsed.error.status, GetParam().status) << parsed.error.why;
  EXPECT_NE(std::string_view(parsed.error.why), "");
}

using std::string_view_literals::operator""sv;
INSTANTIATE_TEST_SUITE_P(
    Heads, RefusedHead,
    ::testing::Values(
        Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Refused{"EmptyHostIsNoName", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        Refused{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        Refused{"HostWithMarkup", "GET / HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", 400},
        Refused{"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        Refused{"LengthAndChunked",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"ChunkedAndLength",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
        Refused{"LengthAndOtherEncoding",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n\r\n",
                400},
        Refused{"DifferingLengths",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
        Refused{"EqualLengths",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
        Refused{"ListOfLengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\n", 400},
        Refused{"SignedLength", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\n", 400},
        Refused{"HugeLength", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                400},
        Refused{
            "TwoEncodings",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
        Refused{"ChunkedNotLast", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
                501},
        Refused{"EncodingInOldVersion", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"FoldedLine", "GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n", 400},
        Refused{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
        Refused{"SpaceBeforeName", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Refused{"BareLineFeed", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400},
        Refused{"BareCarriageReturn", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
        Refused{"NulInField", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"sv, 400},
        Refused{"NulInTarget", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"sv, 400},
        Refused{"Fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refused{"RawUtf8", "GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refused{"NoSlash", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refused{"OtherScheme", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refused{"StarForGet", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Refused{"Connect", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 405},
        Refused{"FutureVersion", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
        Refused{"NoVersion", "GET /\r\n\r\n", 400}, Refused{"Nonsense", "\x16\x03\x01\x02\r\n\r\n", 400}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ValidHost, IsANameOrAnAddressWithAPort) {
  for (const char* good :
       {"hub", "hub.test", "hub.test:8080", "127.0.0.1:1", "[::1]", "[::1]:8080", "a_b-c", "hub.", "_x.y"})
    EXPECT_TRUE(is_valid_host(good)) << good;
  for (const char* bad :
       {"",  ":80", "a b", "a:b",  "a:123456", "[::1",  "[]",   "[::1]x", "a/b",  "a\"",   "u@h",  "a:1:2",
        ".", "..",  "-",   ".hub", "a..b",     "hub..", "-hub", "hub-",   "a.-b", "..:80", "[]:80"})
    EXPECT_FALSE(is_valid_host(bad)) << bad;
}

}  // namespace
}  // namespace tfhub::server
