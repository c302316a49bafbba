#include "base/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "base/log.h"

namespace tfhub {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redacted, HidesWhoAsks) {
  EXPECT_EQ(redacted("https://user:pw@host/a?x=1"), "https://***@host/a?x=1");
  EXPECT_EQ(redacted("https://token@host:8080/a"), "https://***@host:8080/a");
  EXPECT_EQ(redacted("HTTP://user:pw@host"), "HTTP://***@host");
  EXPECT_EQ(redacted("https:///user:pw@host"), "https:///***@host");
  EXPECT_EQ(redacted("user:pw@proxy:3128"), "***@proxy:3128");
  EXPECT_EQ(redacted("//user:pw@host/a"), "***@host/a");
}

TEST(Redacted, HidesPasswordsThatAreNotEscaped) {
  for (const std::string password : {"hush", "a/hush", "a@hush", "hush@a", "a?hush", "a#hush", "a:hush",
                                     "a b/hush", "a:8/hush", "8080x/hush", "://hush", "a@b/hush"})
    for (const std::string scheme : {"http://", "ftp://", "s3://", ""}) {
      const std::string shown = redacted(scheme + "user:" + password + "@host:8080/acme/mul/1");
      EXPECT_THAT(shown, Not(HasSubstr("hush"))) << password;
      EXPECT_THAT(shown, HasSubstr("@host:8080/acme/mul/1")) << password;
    }
}

TEST(Redacted, HidesThoseOfAUrlBehindAUrl) {
  EXPECT_EQ(redacted("https://a.example/=https://u:hush@b.example/x"),
            "https://a.example/=https://***@b.example/x");
  EXPECT_EQ(redacted("https://a:80/x,http://b/y=s3://u:hush@h"), "https://a:80/x,http://b/y=s3://***@h");
}

TEST(Redacted, HidesKeysInQueries) {
  EXPECT_EQ(redacted("https://host/a?X-Goog-Signature=abc&y=2#f"),
            "https://host/a?X-Goog-Signature=***&y=2#f");
  EXPECT_EQ(redacted("https://host/a?x=1&access_token=abc&AWSAccessKeyId=d&Authorization=e"),
            "https://host/a?x=1&access_token=***&AWSAccessKeyId=***&Authorization=***");
}

TEST(Redacted, LeavesWhatIsNoSecret) {
  for (const char* text :
       {"", "http://host/@acme/x", "https://127.0.0.1:8080/a@b", "https://[::1]:80/a@b", "acme/mul/1",
        "someone@example.org", "https://host/a?tf-hub-format=compressed", "/a/b:c", "a:b"})
    EXPECT_EQ(redacted(text), text);
}

TEST(WithoutSecrets, FindsThemAmongWords) {
  EXPECT_EQ(without_secrets("'https://u:p@h/a' is wrong: write to me@example.org, not \"u:p@proxy:1\"\n"),
            "'https://***@h/a' is wrong: write to me@example.org, not \"***@proxy:1\"\n");
  EXPECT_EQ(without_secrets("TFHUB_MIRRORS=https://tfhub.dev=http://u:p@h"), "TFHUB_MIRRORS=https://***@h");
}

// Nobody who writes a sentence has to think of it.
TEST(WithoutSecrets, IsWhatErrorsAndTheLogGoThrough) {
  const auto error = fail(Code::kUsage, "{} is wrong", "http://u:hush@h").value();
  const Error outer = Error(error).in("in http://u:hush@h");
  EXPECT_EQ(error.message(), "http://***@h is wrong");
  EXPECT_EQ(outer.message(), "in http://***@h");
  EXPECT_EQ(outer.chain(), std::vector<std::string>{"http://***@h is wrong"});
  EXPECT_EQ(fail_system(2, "cannot open http://u:hush@h").value().message(),
            "cannot open http://***@h: no such file or directory");
  std::string said;
  set_log_function([&](LogLevel, std::string_view text) { said = text; });
  warn("from {}", "http://u:hush@h");
  set_log_function(nullptr);
  EXPECT_EQ(said, "from http://***@h");
}

}  // namespace
}  // namespace tfhub
