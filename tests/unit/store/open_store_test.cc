#include <filesystem>

#include "store/memory_store.h"
#include "store/object_store.h"
#include "testing/temp_dir.h"

namespace tfhub::store {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(OpenStore, APathOrAFileUrlIsADirectory) {
  const testing::TempDir directory;
  const auto by_path = open_store(directory / "hub", true);
  ASSERT_TRUE(by_path);
  EXPECT_EQ((*by_path)->url(), directory / "hub");
  const auto by_url = open_store("file://" + directory / "hub", false);
  ASSERT_TRUE(by_url);
  EXPECT_EQ((*by_url)->url(), directory / "hub");
  const auto relative = open_store(std::filesystem::relative(directory / "hub"), false);
  ASSERT_TRUE(relative);
  EXPECT_EQ((*relative)->url(), directory / "hub");
  EXPECT_EQ(open_store(directory / "none", false).error().code(), Code::kNotFound);
}

TEST(OpenStore, AnUnknownSchemeNamesTheKnownOnes) {
  for (const std::string location : {"ftp://bucket/path", "file://relative", ""}) {
    const auto refused = open_store(location, false);
    ASSERT_FALSE(refused) << location;
    EXPECT_EQ(refused.error().code(), Code::kUsage) << location;
  }
  EXPECT_THAT(open_store("ftp://bucket/path", false).error().message(),
              AllOf(HasSubstr("ftp://bucket/path"), HasSubstr("file://")));
  EXPECT_THAT(open_store("ftp://me:secret@bucket/path", false).error().message(),
              ::testing::Not(HasSubstr("secret")));
}

TEST(OpenStore, ABackendIsFoundByItsScheme) {
  const auto memory = std::make_shared<testing::MemoryStore>();
  std::string asked;
  register_store_scheme("mem",
                        [&](const std::string& location, bool) -> Result<std::shared_ptr<ObjectStore>> {
                          asked = location;
                          return memory;
                        });
  const auto opened = open_store("MEM://a/b", true);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, memory);
  EXPECT_EQ(asked, "MEM://a/b");
  EXPECT_THAT(store_schemes(), Contains("mem"));
  EXPECT_THAT(open_store("ftp://x", false).error().message(), HasSubstr("mem://"));
}

}  // namespace
}  // namespace tfhub::store
