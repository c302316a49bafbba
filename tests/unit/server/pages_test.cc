// Pages, JSON, health, and the answers that every path has in common.
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "hub_fixture.h"
#include "server/assets.h"
#include "server/html.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Pages : public HubTest {
 protected:
  Pages() {
    publish(*store_, "acme/mul/1", Kind::kSavedModel, "one", {{"a&b.txt", "x"}, {"saved_model.pb", "graph"}});
    publish(*store_, "acme/mul/4", Kind::kTf1Hub, "four", {{"saved_model.pb", "graph"}});
    publish(*store_, "zoo/tiny/lite/7", Kind::kTfLite, "TFL3", {{"7.tflite", "TFL3"}});
  }
  nlohmann::json json(std::string_view target) {
    const Answer answer = get(target);
    EXPECT_EQ(answer.status, 200U) << target << answer.body;
    EXPECT_EQ(answer.field("content-type"), "application/json");
    EXPECT_EQ(answer.field("cache-control"), "no-cache");
    return nlohmann::json::parse(answer.body);
  }
};

TEST_F(Pages, AHandleIsAPageForEverybody) {
  for (const Answer& answer : {get("/acme/mul/1"), browse("/acme/mul/1")}) {
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.field("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(answer.field("cache-control"), "no-cache");
    EXPECT_EQ(answer.field("vary"), "Accept, Accept-Encoding, Host");
    EXPECT_THAT(answer.field("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.body, HasSubstr(" hub.load(&quot;http://hub.test/acme/mul/1&quot;)"));
    EXPECT_THAT(answer.body, HasSubstr(" tfhub.load(&quot;http://hub.test/acme/mul/1&quot;)"));
    EXPECT_THAT(answer.body, HasSubstr("/acme/mul/1?tf-hub-format=compressed"));
    EXPECT_THAT(answer.body, HasSubstr("tfhub resolve http://hub.test/acme/mul/1"));
    EXPECT_THAT(answer.body, HasSubstr("<a href=\"/acme/mul/4\""));
    EXPECT_THAT(answer.body, HasSubstr("a&amp;b.txt"));
    EXPECT_THAT(answer.body, Not(HasSubstr("a&b.txt")));
    EXPECT_THAT(answer.body, HasSubstr(Sha256::of(as_bytes("one")).hex()));
    EXPECT_THAT(answer.body, HasSubstr("<link rel=\"alternate\" type=\"application/json\""));
    EXPECT_THAT(answer.body, Not(HasSubstr("<script>")));
  }
  const Answer latest = browse("/acme/mul");
  EXPECT_THAT(latest.body, HasSubstr("version 4, the latest"));
  EXPECT_EQ(latest.field("content-location"), "/acme/mul/4");
}

TEST_F(Pages, AHandleIsJsonForWhoAsksForJson) {
  const Answer answer = ask({.target = "/acme/mul/1", .accept = "application/json"});
  EXPECT_EQ(answer.field("content-type"), "application/json");
  EXPECT_EQ(answer.field("vary"), "Accept, Accept-Encoding, Host");
  EXPECT_EQ(answer.body, get("/api/v1/models/acme/mul/1").body);
  // Clients made from /openapi.json escape the slashes of a parameter; elsewhere such a path means two
  // things.
  for (const char* escaped : {"/api/v1/models/acme%2Fmul/1", "/api/v1/models/acme%2fmul%2F1"})
    EXPECT_EQ(get(escaped).body, answer.body) << escaped;
  EXPECT_EQ(get("/acme%2Fmul/1").status, 400U);
  EXPECT_EQ(get("/api/v1/models/acme%2F..%2Fmul/1").status, 400U);
}

TEST_F(Pages, Lists) {
  const Answer home = browse("/");
  EXPECT_EQ(home.status, 200U);
  EXPECT_THAT(home.body, HasSubstr("href=\"/acme/mul\""));
  EXPECT_THAT(home.body, HasSubstr("href=\"/zoo/tiny/lite\""));
  const Answer publisher = browse("/acme");
  EXPECT_EQ(publisher.status, 200U);
  EXPECT_THAT(publisher.body, HasSubstr("href=\"/acme/mul\""));
  EXPECT_THAT(publisher.body, Not(HasSubstr("zoo/tiny")));
  const Answer search = browse("/s?q=TINY+lite");
  EXPECT_THAT(search.body, HasSubstr("zoo/tiny/lite"));
  EXPECT_THAT(search.body, Not(HasSubstr("href=\"/acme/mul\"")));
  EXPECT_EQ(browse("/nobody").status, 404U);
  const Answer hostile = browse("/s?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
  EXPECT_EQ(hostile.status, 200U);
  EXPECT_THAT(hostile.body, Not(HasSubstr("<script>")));
}

TEST_F(Pages, LongListsHavePages) {
  for (int i = 0; i < 103; ++i)
    publish(*store_, fmt::format("many/model-{:03}/1", i), Kind::kTfLite, "TFL3", {{"1.tflite", "TFL3"}});
  EXPECT_THAT(browse("/many").body, HasSubstr("href=\"/many?page=2\""));
  const Answer second = browse("/many?page=2");
  EXPECT_THAT(second.body, HasSubstr("many/model-102"));
  EXPECT_THAT(second.body, Not(HasSubstr("many/model-099<")));
  const auto page = json("/api/v1/models?publisher=many&page=3");
  EXPECT_EQ(page["pages"], 3);
  EXPECT_EQ(page["total"], 103);
  EXPECT_EQ(page["models"].size(), 3U);
  EXPECT_TRUE(json("/api/v1/models?publisher=many&page=4")["models"].empty());
}

TEST_F(Pages, ErrorsAreProblemsForProgramsAndPagesForPeople) {
  const Answer page = browse("/acme/<b>/1");
  EXPECT_EQ(page.status, 404U);
  EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.field("cache-control"), "no-store");
  EXPECT_THAT(page.body, HasSubstr("404 Not Found"));
  EXPECT_THAT(page.body, Not(HasSubstr("<b>")));
  const Answer wrong = ask({.method = Method::kOther, .method_name = "DELETE", .target = "/acme/mul/1"});
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.field("allow"), "GET, HEAD, OPTIONS");
  const Answer options = ask({.method = Method::kOptions, .method_name = "OPTIONS", .target = "/acme/mul/1"});
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.field("access-control-allow-methods"), "GET, HEAD, OPTIONS");
}

TEST_F(Pages, HostilePathsAre400) {
  for (const char* target :
       {"/acme%2fmul/1", "/acme/../etc/passwd", "/acme/%2e%2e/x", "/acme/./mul", "//acme/mul", "/acme//mul",
        "/acme/mul%00/1", "/acme/mul%0a", "/acme%5cmul", "/%", "/a%zz"}) {
    EXPECT_EQ(get(target).status, 400U) << target;
    EXPECT_EQ(browse(target).status, 400U) << target;
  }
}

TEST_F(Pages, CatalogueKeysAreNoUrls) {
  for (const char* target : {"/.catalog/.generation", "/.catalog/acme/mul/1/.entry.json", "/.staging",
                             "/acme/mul/1/uncompressed/saved_model.pb"})
    EXPECT_EQ(get(target).status, 404U) << target;
}

TEST_F(Pages, ApiShapes) {
  const auto list = json("/api/v1/models");
  EXPECT_EQ(list["page"], 1);
  EXPECT_EQ(list["pages"], 1);
  EXPECT_EQ(list["total"], 2);
  ASSERT_EQ(list["models"].size(), 2U);
  EXPECT_EQ(list["models"][0]["name"], "acme/mul");
  EXPECT_EQ(list["models"][0]["versions"], nlohmann::json::parse("[1,4]"));
  EXPECT_EQ(list["models"][0]["kind"], "hub");
  EXPECT_EQ(json("/api/v1/models?publisher=zoo")["total"], 1);
  EXPECT_EQ(json("/api/v1/models?q=MUL")["total"], 1);
  EXPECT_EQ(json("/api/v1/models?format=tflite")["total"], 1);
  EXPECT_EQ(json("/api/v1/models?format=coral")["total"], 0);
  EXPECT_EQ(json("/api/v1/models?task=image-classification")["total"], 0);
  EXPECT_EQ(get("/api/v1/models?format=zip").status, 400U);
  EXPECT_EQ(get("/api/v1/models?page=0").status, 400U);
  EXPECT_EQ(get("/api/v1/models?page=x").status, 400U);

  const auto model = json("/api/v1/models/acme/mul");
  EXPECT_EQ(model["name"], "acme/mul");
  EXPECT_EQ(model["latest"], 4);

  const auto version = json("/api/v1/models/acme/mul/1");
  EXPECT_EQ(version["name"], "acme/mul");
  EXPECT_EQ(version["version"], 1);
  EXPECT_EQ(version["kind"], "saved_model_2");
  EXPECT_EQ(version["published"], "2026-09-21T14:13:20Z");
  EXPECT_EQ(version["size"], 3);
  EXPECT_EQ(version["digest"], "sha256:" + Sha256::of(as_bytes("one")).hex());
  EXPECT_EQ(version["downloads"][0]["url"], "http://hub.test/acme/mul/1?tf-hub-format=compressed");
  ASSERT_EQ(version["files"].size(), 2U);
  EXPECT_EQ(version["files"][1]["path"], "saved_model.pb");
  EXPECT_EQ(version["files"][1]["size"], 5);
  EXPECT_EQ(version["files"][1]["sha256"], Sha256::of(as_bytes("graph")).hex());

  EXPECT_EQ(get("/api/v1/models/acme/mul/2").status, 404U);
  EXPECT_EQ(get("/api/v1/models/acme").status, 404U);
  EXPECT_EQ(get("/api/v1/models/acme/mul/1/saved_model.pb").status, 404U);
  EXPECT_EQ(get("/api/v2/models").status, 404U);
  EXPECT_EQ(get("/api").status, 404U);
}

TEST_F(Pages, OpenApiDescribesEveryMemberThatIsSent) {
  const auto document = json("/openapi.json");
  EXPECT_EQ(document["openapi"], "3.1.0");
  const auto& schemas = document["components"]["schemas"];
  const auto check = [&](const nlohmann::json& value, const nlohmann::json& schema) {
    for (const auto& required : schema["required"])
      EXPECT_TRUE(value.contains(required.get<std::string>())) << required;
    for (const auto& [name, ignored] : value.items())
      EXPECT_TRUE(schema["properties"].contains(name)) << name;
  };
  check(json("/api/v1/models"), schemas["ModelPage"]);
  check(json("/api/v1/models/acme/mul"), schemas["Model"]);
  check(json("/api/v1/models/acme/mul/1"), schemas["Version"]);
  check(nlohmann::json::parse(get("/api/v1/models/no/model").body), schemas["Problem"]);
}

TEST_F(Pages, PagesAndJsonHaveValidators) {
  for (const char* target : {"/", "/acme", "/acme/mul/1", "/api/v1/models", "/openapi.json"}) {
    const std::string etag = get(target).field("etag");
    EXPECT_NE(etag, "") << target;
    const Answer again = ask({.target = target, .if_none_match = etag});
    EXPECT_EQ(again.status, 304U) << target;
    EXPECT_EQ(again.field("etag"), etag);
    EXPECT_EQ(again.body, "");
  }
}

TEST_F(Pages, AssetsAreNamedByTheirDigests) {
  for (const Asset* asset : {&stylesheet(), &script()}) {
    const Answer whole = get(asset->path);
    EXPECT_EQ(whole.status, 200U);
    EXPECT_EQ(whole.field("content-type"), asset->content_type);
    EXPECT_THAT(whole.field("cache-control"), HasSubstr("immutable"));
    EXPECT_THAT(browse("/").body, HasSubstr(asset->path));
    const std::string plain = asset->path.substr(0, asset->path.find('?'));
    EXPECT_THAT(get(plain).field("cache-control"), Not(HasSubstr("immutable")));
    EXPECT_EQ(ask({.target = plain, .if_none_match = asset->etag}).status, 304U);
  }
}

TEST_F(Pages, TextIsCompressedForWhoTakesIt) {
  const Answer plain = get("/");
  const Answer small = ask({.target = "/", .accept_encoding = "gzip, br"});
  EXPECT_EQ(small.field("content-encoding"), "gzip");
  EXPECT_EQ(plain.field("content-encoding"), "");
  EXPECT_NE(small.field("etag"), plain.field("etag"));
  EXPECT_LT(small.body.size(), plain.body.size());
  EXPECT_THAT(small.body, StartsWith("\x1f\x8b"));
  EXPECT_EQ(ask({.target = "/", .accept_encoding = "gzip", .if_none_match = small.field("etag")}).status,
            304U);
}

TEST_F(Pages, Health) {
  EXPECT_EQ(get("/healthz").body, "ok");
  EXPECT_EQ(get("/readyz").status, 200U);
  const std::string moved = directory_.path() + ".gone";
  std::filesystem::rename(directory_.path(), moved);
  EXPECT_EQ(get("/readyz").status, 503U);
  EXPECT_EQ(get("/healthz").status, 200U);
  std::filesystem::rename(moved, directory_.path());
  EXPECT_EQ(get("/readyz").status, 200U);
  hub().refreshed(false);
  EXPECT_EQ(get("/readyz").status, 503U);
}

TEST_F(Pages, MetricsAreThePrometheusTextFormat) {
  ThreadMetrics& mine = hub().metrics.add_thread();
  mine.finished(Route::kArchive, 206, std::chrono::milliseconds(3));
  mine.finished(Route::kPage, 404, std::chrono::seconds(1000));
  mine.bytes_sent.add(77);
  mine.requests_started.add(3);
  mine.requests_finished.add(2);
  const Answer answer = get("/metrics");
  EXPECT_EQ(answer.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"tfhub_http_requests_total{route=\"archive\",code=\"2xx\"} 1\n",
        "tfhub_http_requests_total{route=\"page\",code=\"4xx\"} 1\n", "tfhub_http_sent_bytes_total 77\n",
        "tfhub_http_requests_in_flight 1\n", "_bucket{le=\"0.001\"} 0\n", "_bucket{le=\"0.005\"} 1\n",
        "_bucket{le=\"+Inf\"} 2\n", "_count 2\n", "tfhub_catalogue_models 2\n",
        "tfhub_catalogue_versions 3\n"})
    EXPECT_THAT(answer.body, HasSubstr(line));
}

TEST(Html, AnIconIsAPictureOfTheWebOrNothing) {
  EXPECT_EQ(document_icon("https://example.org/a.png?s=1&v=\"2", 20),
            "<img class=\"icon\" src=\"https://example.org/a.png?s=1&amp;v=&quot;2\" alt=\"\" width=\"20\" "
            "height=\"20\" loading=\"lazy\" referrerpolicy=\"no-referrer\">");
  EXPECT_NE(document_icon("HTTP://example.org/a.png", 20), "");
  for (const char* none : {"", "icon.png", "/icon.png", "//example.org/a.png", "javascript:alert(1)",
                           "java\nscript:alert(1)", "data:image/png;base64,AA", "https://", "https:a.png",
                           "gs://bucket/a.png", "mailto:a@example.org", "https://example.org/\x01.png"})
    EXPECT_EQ(document_icon(none, 20), "") << none;
}

TEST(Html, EscapesWhatMarkupWouldTakeForItsOwn) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

}  // namespace
}  // namespace tfhub::server
