// What libcurl reports, and what a host answers, become one sentence, a way out, and whether to try again.
#include "transfer/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "testing/scoped_env.h"
#include "transfer/http.h"
#include "transfer/response.h"

namespace tfhub::transfer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Retry = Failure::Retry;

const std::string kAskedUrl = "https://me:hush@hub.example.org:8443/acme/mul/1";
const std::string kProxy = "http://me:hush@proxy.example:3128";

struct ReportCase {
  CurlReport report;
  Code code;
  Retry retry;
  const char* words;
};

TEST(Failure, EachReportOfLibcurlIsExplained) {
  const std::vector<ReportCase> cases = {
      {{CURLE_COULDNT_RESOLVE_HOST}, Code::kNetwork, Retry::kFew, "host name of hub.example.org:8443"},
      {{CURLE_COULDNT_RESOLVE_PROXY, "", "", kProxy}, Code::kNetwork, Retry::kFew, "proxy's name in"},
      {{CURLE_COULDNT_CONNECT, "", "", "", 0, ECONNREFUSED}, Code::kNetwork, Retry::kYes, "refused the conn"},
      {{CURLE_COULDNT_CONNECT, "", "", "", 0, EHOSTUNREACH},
       Code::kNetwork,
       Retry::kYes,
       "cannot be reached"},
      {{CURLE_COULDNT_CONNECT, "", "", kProxy, 0, ECONNREFUSED}, Code::kNetwork, Retry::kYes, "no_proxy"},
      {{CURLE_OPERATION_TIMEDOUT}, Code::kNetwork, Retry::kYes, "TFHUB_CONNECT_TIMEOUT"},
      {{CURLE_PEER_FAILED_VERIFICATION}, Code::kNetwork, Retry::kNever, "TFHUB_CA_BUNDLE"},
      {{CURLE_SSL_ISSUER_ERROR}, Code::kNetwork, Retry::kNever, "TFHUB_CA_BUNDLE"},
      {{CURLE_SSL_CACERT_BADFILE}, Code::kUsage, Retry::kNever, "names a PEM file"},
      {{CURLE_SSL_CONNECT_ERROR, "wrong version number"}, Code::kNetwork, Retry::kNever, "http:// address?"},
      {{CURLE_SSL_CONNECT_ERROR, "bad packet length"}, Code::kNetwork, Retry::kNever, "http:// address?"},
      {{CURLE_SSL_CONNECT_ERROR, "an unexpected TLS packet"},
       Code::kNetwork,
       Retry::kNever,
       "does not speak"},
      {{CURLE_SSL_CONNECT_ERROR, "reset"}, Code::kNetwork, Retry::kYes, "no secure connection"},
      {{CURLE_SSL_CIPHER}, Code::kNetwork, Retry::kNever, "which TLS versions"},
      {{CURLE_SSL_CERTPROBLEM}, Code::kNetwork, Retry::kNever, "which TLS versions"},
      {{CURLE_SSL_ENGINE_NOTFOUND}, Code::kNetwork, Retry::kNever, "which TLS versions"},
      {{CURLE_URL_MALFORMAT}, Code::kUsage, Retry::kNever, "is not a URL"},
      {{CURLE_UNSUPPORTED_PROTOCOL, "Protocol \"gopher\" not supported"},
       Code::kUsage,
       Retry::kNever,
       "neither http:// nor https://"},
      {{CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed"},
       Code::kNetwork,
       Retry::kNever,
       "not HTTP"},
      {{CURLE_WEIRD_SERVER_REPLY}, Code::kNetwork, Retry::kNever, "not HTTP"},
      {{CURLE_PROXY, "", "", kProxy}, Code::kNetwork, Retry::kYes, "did not open a way"},
      {{CURLE_OUT_OF_MEMORY}, Code::kUnexpected, Retry::kNever, "not enough memory"},
      {{CURLE_GOT_NOTHING}, Code::kNetwork, Retry::kYes, "was cut"},
      {{CURLE_SEND_ERROR}, Code::kNetwork, Retry::kYes, "was cut"},
      {{CURLE_RECV_ERROR}, Code::kNetwork, Retry::kYes, "was cut"},
      {{CURLE_PARTIAL_FILE}, Code::kNetwork, Retry::kYes, "was cut"},
      {{CURLE_TOO_MANY_REDIRECTS, "odd \x1b[31m words"},
       Code::kNetwork,
       Retry::kNever,
       "odd \\x1b[31m words"},
      {{CURLE_OK, "", "", kProxy, 401}, Code::kNotAllowed, Retry::kNever, "into https_proxy"},
      {{CURLE_OK, "", "", kProxy, 403}, Code::kNotAllowed, Retry::kNever, "into https_proxy"},
      {{CURLE_OK, "", "", kProxy, 407}, Code::kNotAllowed, Retry::kNever, "into https_proxy"},
      {{CURLE_OK, "", "", kProxy, 404}, Code::kNetwork, Retry::kNever, "(status 404)"},
      {{CURLE_OK, "", "", kProxy, 503}, Code::kNetwork, Retry::kYes, "(status 503)"},
  };
  for (ReportCase c : cases) {
    c.report.url = kAskedUrl;
    const Failure failure = curl_failure(c.report);
    const std::string said = failure.error(1).message();
    SCOPED_TRACE(said);
    EXPECT_EQ(failure.code, c.code);
    EXPECT_EQ(failure.retry, c.retry);
    EXPECT_THAT(said, AllOf(HasSubstr(c.words), HasSubstr("; "), Not(HasSubstr("hush"))));
    if (!c.report.proxy.empty()) {
      EXPECT_THAT(said, HasSubstr("proxy.example:3128"));
    }
  }
  EXPECT_EQ(server_of("no url \x07"), "no url \\x07");
}

TEST(Failure, TheWordsOfAnAnswerAreFoundWhereTheyStand) {
  EXPECT_EQ(words_of(R"({"title": "Not here", "detail": ""})", "application/problem+json"), "Not here");
  EXPECT_EQ(words_of(R"({"detail": 7, "error_description": "expired"})", ""), "expired");
  EXPECT_EQ(words_of(R"({"error": "no such model"})", "application/json"), "no such model");
  EXPECT_EQ(words_of(R"({"error": {"message": "denied"}})", "application/json"), "denied");
  EXPECT_EQ(words_of(R"({"error": {"code": 7}})", "application/json"), R"({"error": {"code": 7}})");
  EXPECT_EQ(words_of(R"({"code": 7})", "application/octet-stream"), "");
  EXPECT_EQ(words_of("{ not JSON", "text/plain"), "{ not JSON");
  EXPECT_EQ(words_of("[\"a\"]", "application/json"), "[\"a\"]");
  EXPECT_EQ(words_of("<html><h1 class=x> Sorry\r\n\tsir </h1>", "text/html"), "Sorry sir");
  EXPECT_EQ(words_of("<title>one</title><h1>two</h1>", "text/html"), "one");
  EXPECT_EQ(words_of("<title></title><h1>two</h1>", "text/html"), "two");
  EXPECT_EQ(words_of("<html><title", "text/html"), "");
  EXPECT_EQ(words_of("<html><title>cut of", "text/html"), "");
  EXPECT_EQ(words_of(" \r\n", "text/plain"), "");
  EXPECT_EQ(words_of("one\x1b two", "TEXT/Plain; charset=utf-8"), "one\\x1b two");
  EXPECT_EQ(words_of("bytes", "image/png"), "");
}

Failure answered(int status, const std::string& body = "", decltype(ResponseHead::headers) headers = {},
                 const std::string& last_url = "") {
  SmallResponse response;
  response.head.status = status;
  response.head.headers = std::move(headers);
  response.head.url = last_url;
  response.body = body;
  return status_failure(response, "https://hub.example.org/acme/mul/1?token=hush");
}

TEST(Failure, EachStatusIsExplained) {
  struct Case {
    int status;
    Code code;
    Retry retry;
    const char* words;
  };
  for (const Case& c : std::vector<Case>{{400, Code::kNetwork, Retry::kNever, "(400 Bad Request)"},
                                         {401, Code::kNotAllowed, Retry::kNever, "check your credentials"},
                                         {402, Code::kNetwork, Retry::kNever, "(402)"},
                                         {403, Code::kNotAllowed, Retry::kNever, "(403 Forbidden)"},
                                         {404, Code::kNotFound, Retry::kNever, "there is nothing at"},
                                         {405, Code::kNetwork, Retry::kNever, "Method Not Allowed"},
                                         {406, Code::kNetwork, Retry::kNever, "Not Acceptable"},
                                         {407, Code::kNotAllowed, Retry::kNever, "into http_proxy"},
                                         {408, Code::kNetwork, Retry::kYes, "Request Timeout"},
                                         {410, Code::kNotFound, Retry::kNever, "(410 Gone)"},
                                         {414, Code::kNetwork, Retry::kNever, "URI Too Long"},
                                         {416, Code::kNetwork, Retry::kNever, "Range Not Satisfiable"},
                                         {429, Code::kNetwork, Retry::kYes, "try again later"},
                                         {301, Code::kNetwork, Retry::kNever, "a redirect that cannot"},
                                         {500, Code::kNetwork, Retry::kYes, "the server fails for"},
                                         {501, Code::kNetwork, Retry::kNever, "Not Implemented"},
                                         {502, Code::kNetwork, Retry::kYes, "Bad Gateway"},
                                         {503, Code::kNetwork, Retry::kYes, "Service Unavailable"},
                                         {504, Code::kNetwork, Retry::kYes, "Gateway Timeout"}}) {
    const Failure failure = answered(c.status);
    SCOPED_TRACE(failure.error(1).message());
    EXPECT_EQ(failure.code, c.code);
    EXPECT_EQ(failure.retry, c.retry);
    EXPECT_THAT(failure.error(1).message(), AllOf(HasSubstr(c.words), Not(HasSubstr("hush"))));
  }
}

TEST(Failure, WhatTheHostSaysIsToldOnce) {
  const auto said = [](const Failure& failure) { return failure.error(1).message(); };
  EXPECT_THAT(said(answered(404, "Not Found")), HasSubstr("(404 Not Found)"));
  EXPECT_THAT(said(answered(404, "no such model")), HasSubstr("(404 Not Found: no such model)"));
  EXPECT_THAT(said(answered(404, "Not Found: acme/mul has versions 1, 2")),
              HasSubstr("(404: Not Found: acme/mul has versions 1, 2)"));
  EXPECT_THAT(said(answered(404, "", {}, "https://cdn.example/x?sig=hush")),
              HasSubstr(", from cdn.example)"));
  EXPECT_THAT(said(answered(429, "", {{"retry-after", "90"}})), HasSubstr("try again in"));
}

}  // namespace
}  // namespace tfhub::transfer
