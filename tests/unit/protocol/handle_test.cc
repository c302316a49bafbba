#include "protocol/handle.h"

namespace tfhub::protocol {
namespace {

using ::testing::HasSubstr;

TEST(LoadFormatTest, OnlyTheFourSpellings) {
  EXPECT_EQ(*parse_load_format(""), LoadFormat::kCompressed);
  EXPECT_EQ(*parse_load_format("AUTO"), LoadFormat::kCompressed);
  EXPECT_EQ(*parse_load_format("COMPRESSED"), LoadFormat::kCompressed);
  EXPECT_EQ(*parse_load_format("UNCOMPRESSED"), LoadFormat::kUncompressed);
  for (const std::string bad : {"auto", "compressed", " AUTO", "ZIP"}) {
    const auto refused = parse_load_format(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), Code::kUsage);
  }
}

TEST(Classify, FollowsTheTable) {
  EXPECT_EQ(classify("https://tfhub.dev/google/x/1"), HandleKind::kHttp);
  EXPECT_EQ(classify("http://h/x.tar.gz"), HandleKind::kHttp);
  EXPECT_EQ(classify("gs://b/x.tar"), HandleKind::kGcsArchive);
  EXPECT_EQ(classify("gs://b/x.tar.gz"), HandleKind::kGcsArchive);
  EXPECT_EQ(classify("gs://b/x.tgz"), HandleKind::kGcsArchive);
  EXPECT_EQ(classify("gs://b/dir"), HandleKind::kPath);
  EXPECT_EQ(classify("/models/x.tar.gz"), HandleKind::kPath);
  EXPECT_EQ(classify("file:///models/x"), HandleKind::kPath);
  EXPECT_EQ(classify("relative"), HandleKind::kPath);
  EXPECT_EQ(classify(""), HandleKind::kPath);
}

TEST(DownloadUrl, AppendsTheFormat) {
  EXPECT_EQ(download_url("https://tfhub.dev/google/x/1", Format::kCompressed),
            "https://tfhub.dev/google/x/1?tf-hub-format=compressed");
  EXPECT_EQ(download_url("https://h/x/1?tf-hub-format=uncompressed#f", Format::kCompressed),
            "https://h/x/1?tf-hub-format=uncompressed&tf-hub-format=compressed");
  EXPECT_EQ(download_url("https://h/x/1", Format::kTfLite), "https://h/x/1?lite-format=tflite");
}

TEST(DownloadUrl, GoesToTheBucketInChina) {
  EXPECT_EQ(download_url("https://hub.tensorflow.google.cn/google/x/1", Format::kCompressed),
            "https://gcs.tensorflow.google.cn/tfhub-modules/google/x/1.tar.gz");
  EXPECT_EQ(download_url("https://hub.tensorflow.google.cn/google/x/1?a=b#c", Format::kCompressed),
            "https://gcs.tensorflow.google.cn/tfhub-modules/google/x/1.tar.gz");
  EXPECT_EQ(download_url("https://hub.tensorflow.google.cnx/google/x/1", Format::kCompressed),
            "https://hub.tensorflow.google.cnx/google/x/1?tf-hub-format=compressed");
}

TEST(CacheKey, IsTheSha1OfTheHandleAsWritten) {
  // printf %s https://tfhub.dev/google/nnlm-en-dim128/1 | sha1sum
  EXPECT_EQ(cache_key("https://tfhub.dev/google/nnlm-en-dim128/1"),
            "32f2b2259e1cc8ca58c876921748361283e73997");
  EXPECT_NE(cache_key("https://tfhub.dev/google/nnlm-en-dim128/1/"),
            cache_key("https://tfhub.dev/google/nnlm-en-dim128/1"));
}

TEST(CacheHandle, KeepsOtherFormatsApart) {
  EXPECT_EQ(cache_handle("https://h/x/1#f", Format::kCompressed), "https://h/x/1#f");
  EXPECT_EQ(cache_handle("https://h/x/1", Format::kTfLite), "https://h/x/1?lite-format=tflite");
  EXPECT_EQ(cache_handle("https://h/x/1", Format::kTfJsCompressed), "https://h/x/1?tfjs-format=compressed");
}

TEST(Mirrors, ReplaceThePrefix) {
  const std::string one = "https://tfhub.dev=http://127.0.0.1:8080";
  EXPECT_EQ(*apply_mirrors(one, "https://tfhub.dev/google/x/1?a=b"), "http://127.0.0.1:8080/google/x/1?a=b");
  EXPECT_EQ(*apply_mirrors(one, "https://tfhub.dev"), "http://127.0.0.1:8080");
  EXPECT_EQ(*apply_mirrors(one, "https://tfhub.dev?a"), "http://127.0.0.1:8080?a");
  EXPECT_EQ(*apply_mirrors(one, "https://other.dev/google/x/1"), "https://other.dev/google/x/1");
  EXPECT_EQ(*apply_mirrors("", "https://tfhub.dev/x"), "https://tfhub.dev/x");
}

// However the same place is written: what should come from the mirror never asks the origin.
TEST(Mirrors, CompareTheCanonicalForm) {
  const std::string one = "https://tfhub.dev/google=http://m/g";
  for (const char* same :
       {"https://TFHUB.dev/google/x/1", "HTTPS://tfhub.dev/google/x/1", "https://tfhub.dev:443/google/x/1",
        "https://tfhub.dev:/google/x/1", "https://tfhub.dev:0443/google/x/1", "https://tfhub.dev./google/x/1",
        "https://me:hush@tfhub.dev/google/x/1", "https://tfhub%2Edev/google/x/1",
        "https:///tfhub.dev/google/x/1", "https://tfhub.dev/%67oogle/x/1",
        "https://tfhub.dev/other/../google/x/1", "https://tfhub.dev/google/./x/1",
        "https://tfhub.dev/google/y/%2e%2E/x/1", "https://tfhub.dev/google/x/1#f"})
    EXPECT_EQ(*apply_mirrors(one, same), "http://m/g/x/1") << same;
  for (const char* elsewhere : {"https://tfhub.dev/google/../x", "https://tfhub.dev/google/%2e%2e/x/1",
                                "https://tfhub.dev:8443/google/x/1", "http://tfhub.dev/google/x/1"})
    EXPECT_EQ(*apply_mirrors(one, elsewhere), elsewhere);
  // The setting is written as people write it, too.
  EXPECT_EQ(*apply_mirrors("HTTPS://TfHub.dev:443/=http://m/", "https://tfhub.dev/x"), "http://m/x");
}

TEST(Mirrors, MatchWholeSegments) {
  const std::string one = "https://tfhub.dev/google=http://m/g";
  EXPECT_EQ(*apply_mirrors("https://tfhub.dev=http://m", "https://tfhub.developers.org/x"),
            "https://tfhub.developers.org/x");
  EXPECT_EQ(*apply_mirrors("https://tfhub.dev=http://m", "https://tfhub.dev:8443/x"),
            "https://tfhub.dev:8443/x");
  EXPECT_EQ(*apply_mirrors(one, "https://tfhub.dev/google2/x"), "https://tfhub.dev/google2/x");
  EXPECT_EQ(*apply_mirrors(one, "https://tfhub.dev/google/x"), "http://m/g/x");
}

TEST(Mirrors, TheLongestPrefixWinsWhateverTheOrder) {
  const std::string a = "https://tfhub.dev=http://all", b = "https://tfhub.dev/google=http://g";
  for (const std::string& both : {a + "," + b, b + " , " + a + ","}) {
    EXPECT_EQ(*apply_mirrors(both, "https://tfhub.dev/google/x"), "http://g/x");
    EXPECT_EQ(*apply_mirrors(both, "https://tfhub.dev/acme/x"), "http://all/acme/x");
  }
}

TEST(Mirrors, TrailingSlashesDoNotMatter) {
  for (const std::string pair :
       {"https://tfhub.dev/=http://m", "https://tfhub.dev=http://m/", "https://tfhub.dev/=http://m/"}) {
    EXPECT_EQ(*apply_mirrors(pair, "https://tfhub.dev/x"), "http://m/x") << pair;
  }
}

TEST(Mirrors, SayWhereTheyDoNotParse) {
  for (const std::string bad : {"https://tfhub.dev", "tfhub.dev=http://m", "https://tfhub.dev=m", "=",
                                "https://a=http://b,x", "https://a=file:///srv"}) {
    const auto refused = apply_mirrors(bad, "https://tfhub.dev/x");
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code(), Code::kUsage);
    EXPECT_THAT(refused.error().message(), HasSubstr("TFHUB_MIRRORS"));
  }
}

}  // namespace
}  // namespace tfhub::protocol
