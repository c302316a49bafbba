// Redirects: followed where they may lead, stopped where not, credentials kept at home.
#include "transfer/redirect.h"

#include <gtest/gtest.h>

#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::HasSubstr;

Reply redirect(const std::string& status, const std::string& location) {
  Reply out = reply(status, "Location: " + location + "\r\n", "moved");
  out.keep = true;
  return out;
}

TEST(Redirect, FollowsEveryKindAndNamesTheLastUrl) {
  for (const char* status : {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect",
                             "308 Permanent Redirect"}) {
    ScriptedServer server(
        {redirect(status, "/a/b?x=1"), redirect(status, "../c"), reply("200 OK", "", "here")});
    const Outcome got = download(server.url("/m"));
    ASSERT_FALSE(got.error) << got.error->message();
    EXPECT_EQ(got.bytes, "here");
    EXPECT_EQ(got.head.url, server.url("/c"));
    EXPECT_EQ(server.requests().at(1).target, "/a/b?x=1");
    EXPECT_EQ(server.requests().at(2).connection, 0) << "one connection serves the hops";
  }
}

TEST(Redirect, TenAreTheMost) {
  const auto hops = [](int last) {
    return [last](const RecordedRequest&, int number) {
      return number == last ? reply("200 OK", "", "here") : redirect("302 Found", fmt::format("/{}", number));
    };
  };
  ScriptedServer ten(hops(10)), eleven(hops(11));
  EXPECT_EQ(download(ten.url()).bytes, "here");
  const Outcome got = download(eleven.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), HasSubstr("more than 10 times"));
}

TEST(Redirect, ACircleIsNamed) {
  ScriptedServer server([](const RecordedRequest& request, int) {
    return redirect("302 Found", request.target == "/m" ? "/other" : "/m");
  });
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), HasSubstr("in a circle"));
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(Redirect, NeverLeavesHttp) {
  for (const char* location :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "gs://bucket/x", "javascript:alert(1)"}) {
    ScriptedServer server({redirect("302 Found", location)});
    const Outcome got = download(server.url());
    ASSERT_TRUE(got.error) << location;
    EXPECT_EQ(got.error->code(), Code::kNetwork);
    EXPECT_EQ(server.requests().size(), 1u);
  }
}

TEST(Redirect, IsNotFollowedWhenNotWanted) {
  ScriptedServer server({redirect("303 See Other", "/a")});
  HttpOptions options = patient();
  options.follow_redirects = false;
  const auto got = fetch("GET", server.url(), options);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->head.status, 303);
  EXPECT_EQ(got->body, "moved");
  EXPECT_EQ(download(server.url(), options).error->code(), Code::kNetwork);
}

TEST(Redirect, CredentialsStayWithTheirOrigin) {
  ScriptedServer other({reply("200 OK", "", "here")});
  ScriptedServer home([&](const RecordedRequest&, int number) {
    return number == 0 ? redirect("302 Found", "/second") : redirect("302 Found", other.url("/third"));
  });
  HttpOptions options = patient();
  options.headers = {
      {"Authorization", "Bearer hush"}, {"Cookie", "a=hush"},  {"X-Plain", "1"},
      {"X-Auth-Token", "hush"},         {"X-Api-Key", "hush"}, {"Proxy-Authorization", "hush"}};
  EXPECT_EQ(download(home.url(), options).bytes, "here");
  EXPECT_EQ(home.requests().at(1).header("authorization"), "Bearer hush");
  const RecordedRequest last = other.requests().at(0);
  EXPECT_EQ(last.text.find("hush"), std::string::npos);
  EXPECT_EQ(last.header("x-plain"), "1");

  ScriptedServer with_user(
      [&](const RecordedRequest&, int) { return redirect("302 Found", other.url("/fourth")); });
  EXPECT_EQ(download("http://user:hush@" + with_user.address() + "/").bytes, "here");
  EXPECT_NE(with_user.requests().at(0).header("authorization"), "");
  EXPECT_EQ(other.requests().at(1).header("authorization"), "");
}

TEST(Redirect, ReferencesResolve) {
  const auto curl = curl_library();
  ASSERT_TRUE(curl) << curl.error().message();
  const std::string base = "http://h:8080/a/b?q=1#f";
  EXPECT_EQ(resolve_reference(**curl, base, "c"), "http://h:8080/a/c");
  EXPECT_EQ(resolve_reference(**curl, base, "/c?d"), "http://h:8080/c?d");
  EXPECT_EQ(resolve_reference(**curl, base, "//other/x"), "http://other/x");
  EXPECT_EQ(resolve_reference(**curl, base, "https://other:1/x y"), "https://other:1/x%20y");
  EXPECT_EQ(resolve_reference(**curl, base, "gs://bucket/x"), "gs://bucket/x");
  EXPECT_EQ(resolve_reference(**curl, base, std::string("/c\0d", 4)), "");
  EXPECT_EQ(resolve_reference(**curl, base, "http://h:port/"), "");
  EXPECT_EQ(resolve_reference(**curl, "no url", "/c"), "");
  EXPECT_FALSE(same_origin(**curl, "no url", "no url"));
  EXPECT_FALSE(same_origin(**curl, "http://g/a", "http://h/a"));
  EXPECT_TRUE(same_origin(**curl, "http://h/a", "HTTP://H:80/b"));
  EXPECT_FALSE(same_origin(**curl, "http://h/a", "https://h/a"));
  EXPECT_FALSE(same_origin(**curl, "http://h/a", "http://h:81/a"));
}

}  // namespace
}  // namespace tfhub::transfer::test
