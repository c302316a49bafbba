#include "client/versions.h"

namespace tfhub::client {
namespace {

transfer::ResponseHead head(const std::string& name, const std::string& value) {
  transfer::ResponseHead result;
  result.status = 200;
  result.headers.emplace_back(name, value);
  return result;
}

std::optional<std::string> named(const std::string& handle, const std::string& canonical,
                                 std::string asked = {}) {
  if (asked.empty()) asked = handle + "?tf-hub-format=compressed";
  return named_version(handle, asked, head("link", "<" + canonical + ">; rel=\"canonical\""));
}

TEST(Versions, UnversionedIsWhatEndsInNoNumber) {
  EXPECT_TRUE(looks_unversioned("https://h/acme/mul"));
  EXPECT_TRUE(looks_unversioned("https://h/acme/float/050"));  // no version has leading zeros
  EXPECT_TRUE(looks_unversioned("https://h/acme/mul?v=1"));
  EXPECT_TRUE(looks_unversioned("https://h"));
  EXPECT_FALSE(looks_unversioned("https://h/acme/mul/1"));
  EXPECT_FALSE(looks_unversioned("https://h/acme/mul/1/"));
  EXPECT_FALSE(looks_unversioned("https://h/acme/mul/1?x=y#z"));
  EXPECT_FALSE(looks_unversioned("https://h/files/model.tar.gz"));
  EXPECT_FALSE(looks_unversioned("gs://bucket/model.tgz"));
}

TEST(Versions, TheCanonicalLinkNamesTheVersionInTheHandlesOwnNameSpace) {
  EXPECT_EQ(named("http://h/acme/mul", "http://h/acme/mul/3"), "http://h/acme/mul/3");
  EXPECT_EQ(named("http://h/acme/mul", "https://public.example/acme/mul/3"), "http://h/acme/mul/3");
  EXPECT_EQ(named("http://h/acme/mul", "/acme/mul/3"), "http://h/acme/mul/3");
  EXPECT_EQ(named("http://h/acme/mul/", "/acme/mul/3"), "http://h/acme/mul/3");
  EXPECT_EQ(named("http://h/acme/mul?x=1#frag", "/acme/mul/3?tf-hub-format=compressed"),
            "http://h/acme/mul/3?x=1");
  EXPECT_EQ(named("http://h/acme/posenet/1", "/acme/posenet/1/2"), "http://h/acme/posenet/1/2");
  // A mirror below another path, or above it.
  EXPECT_EQ(named("https://tfhub.dev/acme/mul", "http://m/hub/acme/mul/3",
                  "http://m/hub/acme/mul?tf-hub-format=compressed"),
            "https://tfhub.dev/acme/mul/3");
  EXPECT_EQ(named("https://e.org/hub/acme/mul", "http://m/acme/mul/3", "http://m/acme/mul"),
            "https://e.org/hub/acme/mul/3");
  // Escapes are compared by what they mean.
  EXPECT_EQ(named("http://h/acme/a%2eb", "/acme/a.b/7"), "http://h/acme/a%2eb/7");
}

TEST(Versions, AnythingElseNamesNone) {
  EXPECT_FALSE(named("http://h/acme/mul/3", "http://h/acme/mul/3"));
  EXPECT_FALSE(named("http://h/acme/mul", "http://h/acme/mul"));
  EXPECT_FALSE(named("http://h/acme/mul", "http://h/acme/other/3"));
  EXPECT_FALSE(named("http://h/acme/mul", "http://h/xacme/mul/3"));
  EXPECT_FALSE(named("http://h/acme/mul", "http://h/acme/mul/03"));
  EXPECT_FALSE(named("http://h/acme/mul", "http://h/acme/mul/3/4"));
  EXPECT_FALSE(named("http://h", "http://h/3"));
  EXPECT_FALSE(named_version("http://h/acme/mul", "http://h/acme/mul", {}));
}

TEST(Versions, ContentLocationDoesToo) {
  EXPECT_EQ(named_version("http://h/acme/mul", "http://h/acme/mul", head("content-location", "/acme/mul/12")),
            "http://h/acme/mul/12");
}

TEST(Versions, TfLiteFilesAreNamedAfterTheModel) {
  EXPECT_EQ(tflite_file_name("https://h/acme/lite-model/spice/2"), "spice_2.tflite");
  EXPECT_EQ(tflite_file_name("https://h/acme/lite-model/spice"), "spice.tflite");
  EXPECT_EQ(tflite_file_name("https://h/acme/yamnet.tflite?x=1"), "yamnet.tflite");
  EXPECT_EQ(tflite_file_name("https://h/a/%2e%2e%2fevil/1"), "evil_1.tflite");
  EXPECT_EQ(tflite_file_name("https://h/acme/b%20c/1"), "b_c_1.tflite");
  EXPECT_EQ(tflite_file_name("https://h"), "model.tflite");
}

}  // namespace
}  // namespace tfhub::client
