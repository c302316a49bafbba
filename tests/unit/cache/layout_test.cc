#include "cache/layout.h"

#include "os/file.h"

namespace tfhub::cache {
namespace {

const std::string kKey(40, 'a');
const std::string kToken(32, 'b');

TEST(Layout, NamesAreTensorflowHubs) {
  // hashlib.sha1(b"https://tfhub.dev/google/nnlm-en-dim50/2").hexdigest()
  const auto paths = entry_paths("/cache", "https://tfhub.dev/google/nnlm-en-dim50/2");
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->model(), "/cache/74a841d6eb84e8d93d913d716fb5440d020cc291");
  EXPECT_EQ(paths->descriptor(), paths->model() + ".descriptor.txt");
  EXPECT_EQ(paths->lock(), paths->model() + ".lock");
  EXPECT_EQ(paths->staging(kToken), paths->model() + "." + kToken + ".tmp");
}

TEST(Layout, EveryNameWeMakeIsReadBack) {
  const EntryPaths paths{"", kKey};
  using Role = ParsedName::Role;
  EXPECT_EQ(parse_name(paths.model())->role, Role::kModel);
  EXPECT_EQ(parse_name(paths.descriptor())->role, Role::kDescriptor);
  EXPECT_EQ(parse_name(paths.lock())->role, Role::kLock);
  for (const std::string& name : {paths.staging(kToken), paths.aside(kToken), paths.new_descriptor(kToken),
                                  paths.new_lock(kToken), paths.stale_lock(kToken)}) {
    const auto parsed = parse_name(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->role, Role::kPrivate);
    EXPECT_EQ(parsed->key, kKey);
    EXPECT_EQ(parsed->token, kToken);
  }
  EXPECT_TRUE(parse_name(paths.new_lock(kToken))->lock_file);
  EXPECT_FALSE(parse_name(paths.staging(kToken))->lock_file);
}

TEST(Layout, TensorflowHubsTemporaryFilesAreKnown) {
  for (const char* middle : {".lock.tmp", ".descriptor.txt.tmp"})
    EXPECT_EQ(parse_name(kKey + middle + kToken)->role, ParsedName::Role::kPrivate);
}

TEST(Layout, OtherNamesAreNobodys) {
  for (const std::string& name :
       {std::string("readme.txt"), std::string(), kKey.substr(1), kKey + "x", kKey + ".txt", kKey + ".",
        kKey + "." + kToken, kKey + "." + kToken + ".zip", kKey + ".lock.tmp",
        kKey + ".lock.tmp" + kToken + "0", kKey + ".LOCK", std::string(40, 'A'),
        kKey + "." + std::string(31, 'b') + ".tmp"})
    EXPECT_FALSE(parse_name(name)) << name;
}

TEST(Layout, OurTokensAreNoUuids) {
  const std::string token = new_token();
  EXPECT_TRUE(is_token(token));
  EXPECT_TRUE(is_our_token(token));
  EXPECT_NE(token, new_token());
  // uuid.uuid4().hex
  EXPECT_FALSE(is_our_token("5f0c7b5c1d0f4d3c9a5e0d7c6b8a9f10"));
}

TEST(Layout, RefusesWhatNoDescriptorCanHold) {
  for (const std::string& handle : {std::string(), std::string("https://x/a\nb")})
    EXPECT_EQ(entry_paths("/cache", handle).error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::cache
