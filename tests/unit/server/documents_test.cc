// Documents on pages: rendered once a text, on a thread that may take its time, and never an old one.
#include "hub_fixture.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using ::testing::HasSubstr;
using ::testing::Not;

class Documents : public HubTest {
 protected:
  Documents() {
    publish(*store_, "acme/mul/1", Kind::kSavedModel, "one", {{"saved_model.pb", "graph"}});
    put("acme/mul/1", "# Module acme/mul/1\nMultiplies.\n\n## Overview\n\nBy *three*.\n");
    put("acme", "# Publisher acme\nAcme\n\n## About\n\nWe make *models*.\n");
    put("acme/collection/sums", "# Collection acme/sums/1\nSums.\n\n## Models\n\nAll *sums*.\n");
  }
  void put(const std::string& path, const std::string& text) {
    const auto done = store::put_small(*store_, protocol::document_key(path), as_bytes(text));
    ASSERT_TRUE(done) << done.error().message();
  }
  bool takes_long(std::string_view target, std::string_view accept = "text/html") {
    return may_block(hub(), {.target = target, .accept = accept});
  }
};

TEST_F(Documents, AreRenderedWhereItMayTakeLongOnceForEachPage) {
  for (const char* target : {"/acme/mul", "/acme/mul/1", "/acme", "/acme/collection/sums"}) {
    // The same text as /acme/mul.
    EXPECT_EQ(takes_long(target), std::string_view(target) != "/acme/mul/1") << target;
    EXPECT_EQ(browse(target).status, 200U) << target;
    EXPECT_FALSE(takes_long(target)) << target;
  }
  EXPECT_FALSE(takes_long("/acme/nothing"));
  EXPECT_FALSE(takes_long("/"));
}

TEST_F(Documents, JsonOfAModelNeedsNoneOfThat) {
  EXPECT_FALSE(takes_long("/acme/mul/1", "application/json"));
  EXPECT_FALSE(takes_long("/acme/mul/1?tf-hub-format=compressed"));
  EXPECT_TRUE(takes_long("/acme/mul/1"));
}

TEST_F(Documents, ChangedAreSeenAtOnce) {
  EXPECT_THAT(browse("/acme/mul/1").body, HasSubstr("By <em>three</em>"));
  put("acme/mul/1", "# Module acme/mul/1\nMultiplies.\n\n## Overview\n\nBy *seven*.\n");
  const std::string changed = browse("/acme/mul/1").body;  // before the lists know
  EXPECT_THAT(changed, HasSubstr("By <em>seven</em>"));
  EXPECT_THAT(changed, Not(HasSubstr("three")));
  put("acme/mul/1", "# Module acme/mul/1\nMultiplies.\n\n## Overview\n\nBy *nine*.\n");
  ASSERT_TRUE(hub().site.refresh());
  EXPECT_TRUE(takes_long("/acme/mul/1"));
  EXPECT_THAT(browse("/acme/mul/1").body, HasSubstr("By <em>nine</em>"));
}

TEST_F(Documents, OneTextIsRenderedOnceWhoeverShowsIt) {
  documents::Document document;
  document.body = "## A\n\nb\n";
  const auto first = hub().rendered_documents.get(document);
  EXPECT_THAT(*first, HasSubstr("<article class=\"document\">"));
  EXPECT_EQ(hub().rendered_documents.get(document), first);
  document.body += "c\n";
  EXPECT_NE(hub().rendered_documents.get(document), first);
  document.body.clear();
  EXPECT_EQ(*hub().rendered_documents.get(document), "");
}

class DocumentsBehindAProxy : public HubTest {
 protected:
  DocumentsBehindAProxy() : HubTest(options()) {}
  static ServerOptions options() {
    ServerOptions options;
    options.public_url = "https://hub.example.org/";
    return options;
  }
};

TEST_F(DocumentsBehindAProxy, LinkWithinTheHubTheyStandIn) {
  documents::Document document;
  document.body = "[here](https://hub.example.org/acme/mul/1) [there](https://example.org/acme/mul/1)\n";
  const auto html = hub().rendered_documents.get(document);
  EXPECT_THAT(*html, HasSubstr("href=\"/acme/mul/1\""));
  EXPECT_THAT(*html, HasSubstr("https://example.org/acme/mul/1"));
}

}  // namespace
}  // namespace tfhub::server
