// Proxies: which one the environment names, and a scripted one on the way.
#include "transfer/proxy.h"

#include <gtest/gtest.h>

#include "testing/scoped_env.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tfhub::testing::ScopedEnv;

// Each test names its own proxies; the machine's are out of the way.
class Proxy : public ::testing::Test {
 private:
  ScopedEnv a_{"http_proxy", ""}, b_{"HTTP_PROXY", ""}, c_{"https_proxy", ""}, d_{"HTTPS_PROXY", ""},
      e_{"all_proxy", ""}, f_{"ALL_PROXY", ""}, g_{"no_proxy", ""}, h_{"NO_PROXY", ""},
      i_{"REQUEST_METHOD", ""};
};

TEST_F(Proxy, IsReadAsPythonReadsIt) {
  EXPECT_EQ(proxy_for("http://h/x"), "");
  const ScopedEnv all("ALL_PROXY", "http://all:1");
  EXPECT_EQ(proxy_for("http://h/x"), "http://all:1");
  const ScopedEnv upper("HTTP_PROXY", "http://upper:1"), secure("HTTPS_PROXY", "http://secure:1");
  EXPECT_EQ(proxy_for("http://h/x"), "http://upper:1");
  EXPECT_EQ(proxy_for("https://h/x"), "http://secure:1");
  {
    const ScopedEnv cgi("REQUEST_METHOD", "GET");
    EXPECT_EQ(proxy_for("http://h/x"), "http://all:1")
        << "a CGI program's HTTP_PROXY may be a client's header";
  }
  const ScopedEnv lower("http_proxy", "http://lower:1");
  EXPECT_EQ(proxy_for("http://h/x"), "http://lower:1");
  const ScopedEnv except("NO_PROXY", "h");
  EXPECT_EQ(proxy_for("http://user@h:80/x"), "");
  EXPECT_EQ(proxy_for("http://g/x"), "http://lower:1");
}

TEST_F(Proxy, NoProxyMatches) {
  EXPECT_TRUE(bypasses_proxy("example.org", "80", "other, example.org"));
  EXPECT_TRUE(bypasses_proxy("a.Example.org", "80", "example.ORG"));
  EXPECT_TRUE(bypasses_proxy("a.example.org", "80", ".example.org"));
  EXPECT_TRUE(bypasses_proxy("a.example.org", "80", "*.example.org"));
  EXPECT_FALSE(bypasses_proxy("notexample.org", "80", "example.org"));
  EXPECT_FALSE(bypasses_proxy("example.org.evil", "80", "example.org"));
  EXPECT_TRUE(bypasses_proxy("anything", "80", "*"));
  EXPECT_TRUE(bypasses_proxy("h", "8080", "h:8080"));
  EXPECT_FALSE(bypasses_proxy("h", "80", "h:8080"));
  EXPECT_TRUE(bypasses_proxy("10.1.2.3", "80", "10.0.0.0/8"));
  EXPECT_FALSE(bypasses_proxy("11.1.2.3", "80", "10.0.0.0/8"));
  EXPECT_TRUE(bypasses_proxy("[::1]", "80", "::1"));
  EXPECT_TRUE(bypasses_proxy("[2001:db8::5]", "80", "2001:db8::/32"));
  EXPECT_FALSE(bypasses_proxy("10.1.2.3", "80", "10.0.0.0/99,10.0.0.0/,/8, ,"));
  EXPECT_FALSE(bypasses_proxy("h", "80", ""));
  EXPECT_TRUE(bypasses_proxy("example.org.", "80", "example.org"));
  EXPECT_FALSE(bypasses_proxy("10.1.2.3", "80", "10.0.0.0/8x,::/0,2001:db8::/32"));
  EXPECT_FALSE(bypasses_proxy("h", "80", "., *."));
}

TEST_F(Proxy, GetsThePlainRequestWhole) {
  ScriptedServer proxy({reply("200 OK", "", "by proxy")});
  const ScopedEnv use("http_proxy", "http://me:hush@" + proxy.address());
  EXPECT_EQ(download("http://hub.invalid/acme/mul/1").bytes, "by proxy");
  const RecordedRequest request = proxy.requests().at(0);
  EXPECT_EQ(request.target, "http://hub.invalid/acme/mul/1");
  EXPECT_NE(request.header("proxy-authorization"), "");
}

TEST_F(Proxy, IsLeftOutWhereNoProxySaysSo) {
  ScriptedServer server({reply("200 OK", "", "direct")});
  ScriptedServer proxy({reply("200 OK", "", "by proxy")});
  const ScopedEnv use("HTTP_PROXY", "http://" + proxy.address()), except("no_proxy", "127.0.0.0/8");
  EXPECT_EQ(download(server.url()).bytes, "direct");
  EXPECT_EQ(proxy.requests().size(), 0u);
}

TEST_F(Proxy, IsNamedWhenItRefuses) {
  ScriptedServer proxy({reply("407 Proxy Authentication Required", "", ""), reply("403 Forbidden", "", "")});
  const ScopedEnv use("https_proxy", "http://me:hush@" + proxy.address());
  for (const char* status : {"407", "403"}) {
    const Outcome got = download("https://hub.invalid/m");
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), Code::kNotAllowed);
    EXPECT_THAT(got.error->message(), AllOf(HasSubstr(proxy.address()), HasSubstr("hub.invalid"),
                                            HasSubstr(status), Not(HasSubstr("hush"))));
  }
  EXPECT_EQ(proxy.requests().at(0).text.substr(0, 8), "CONNECT ");
}

TEST_F(Proxy, IsNamedWhenItAnswersForItself) {
  ScriptedServer proxy(
      {reply("407 Proxy Authentication Required", "", ""), reply("504 Gateway Timeout", "", "")});
  const ScopedEnv use("http_proxy", "http://me:hush@" + proxy.address());
  for (const Code code : {Code::kNotAllowed, Code::kNetwork}) {
    const Outcome got = download("http://hub.invalid/m");
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), code);
    EXPECT_THAT(got.error->message(), AllOf(HasSubstr(proxy.address()), Not(HasSubstr("hush"))));
  }
}

TEST_F(Proxy, IsNamedWhenItIsNotThere) {
  const os::UniqueFd nobody = bound_socket();
  const std::string address = fmt::format("127.0.0.1:{}", port_of(nobody.get()));
  const ScopedEnv use("https_proxy", address);
  const Outcome got = download("https://hub.invalid/m");
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), AllOf(HasSubstr("proxy " + address), HasSubstr("hub.invalid")));
}

}  // namespace
}  // namespace tfhub::transfer::test
