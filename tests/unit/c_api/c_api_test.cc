// The C API as a program sees it: through the shared library, which shows nothing else.
#include "tfhub/c_api.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "testing/temp_dir.h"
#include "tfhub/hub.h"

namespace {

using ::testing::HasSubstr;
using Status = std::unique_ptr<tfhub_status, decltype(&tfhub_status_free)>;
using Options = std::unique_ptr<tfhub_options, decltype(&tfhub_options_free)>;
using String = std::unique_ptr<char, decltype(&tfhub_string_free)>;

class CApi : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("TFHUB_MODEL_LOAD_FORMAT");
    unsetenv("TFHUB_CACHE_DIR");
  }

  tfhub::testing::TempDir directory_;
  const std::filesystem::path root_{directory_.path()};
  Status status_{tfhub_status_new(), tfhub_status_free};
  Options options_{tfhub_options_new(), tfhub_options_free};
};

TEST_F(CApi, APathIsReturnedUnchangedAndTheStatusIsGood) {
  const String path(tfhub_resolve(root_.c_str(), nullptr, status_.get()), tfhub_string_free);
  ASSERT_NE(path, nullptr);
  EXPECT_EQ(std::string(path.get()), root_.string());
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_OK);
  EXPECT_STREQ(tfhub_status_message(status_.get()), "");
  EXPECT_EQ(tfhub_status_cause(status_.get(), 0), nullptr);
}

TEST_F(CApi, AFailureHasCodeAndSentenceAndASuccessClearsThem) {
  EXPECT_EQ(tfhub_resolve((root_ / "none").c_str(), options_.get(), status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_NOT_FOUND);
  EXPECT_THAT(tfhub_status_message(status_.get()), HasSubstr("does not exist"));
  tfhub_string_free(tfhub_resolve(root_.c_str(), nullptr, status_.get()));
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_OK);

  tfhub_options_set_load_format(options_.get(), "FAST");
  EXPECT_EQ(tfhub_resolve(root_.c_str(), options_.get(), status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  tfhub_options_set_load_format(options_.get(), nullptr);
  tfhub_string_free(tfhub_resolve(root_.c_str(), options_.get(), status_.get()));
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_OK);
}

TEST_F(CApi, NullIsAUsageErrorAndNeverACrash) {
  EXPECT_EQ(tfhub_resolve(nullptr, nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  EXPECT_EQ(tfhub_pull(nullptr, nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_inspect(nullptr, nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  EXPECT_EQ(tfhub_publish(nullptr, "a/b/1", nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_publish("x", nullptr, nullptr, nullptr), nullptr);
  EXPECT_EQ(tfhub_resolve("/no/such/path", nullptr, nullptr), nullptr);
  tfhub_string_free(nullptr);
  tfhub_status_free(nullptr);
  tfhub_options_free(nullptr);
}

TEST_F(CApi, PublishAndPullWithOptionsAndProgress) {
  std::filesystem::create_directories(root_ / "model");
  std::ofstream(root_ / "model/saved_model.pb") << "\x08\x01" + std::string(99'998, 'x');
  tfhub_options_set_store(options_.get(), (root_ / "store").c_str());
  std::vector<uint64_t> seen;
  tfhub_options_set_progress(
      options_.get(),
      [](const char* what, uint64_t done, uint64_t, void* data) {
        EXPECT_NE(what, nullptr);
        static_cast<std::vector<uint64_t>*>(data)->push_back(done);
      },
      &seen);
  const String name(tfhub_publish((root_ / "model").c_str(), "acme/mul/1", options_.get(), status_.get()),
                    tfhub_string_free);
  ASSERT_NE(name, nullptr) << tfhub_status_message(status_.get());
  EXPECT_STREQ(name.get(), "acme/mul/1");
  EXPECT_FALSE(seen.empty());
  EXPECT_TRUE(std::filesystem::exists(root_ / "store/acme/mul/1.tar.gz"));

  tfhub_options_set_output(options_.get(), (root_ / "copy").c_str());
  String path(tfhub_pull((root_ / "model").c_str(), options_.get(), status_.get()), tfhub_string_free);
  ASSERT_NE(path, nullptr) << tfhub_status_message(status_.get());
  EXPECT_TRUE(std::filesystem::exists(root_ / "copy/saved_model.pb"));
  EXPECT_EQ(tfhub_pull((root_ / "model").c_str(), options_.get(), status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  tfhub_options_set_force(options_.get(), 1);
  path.reset(tfhub_pull((root_ / "model").c_str(), options_.get(), status_.get()));
  EXPECT_NE(path, nullptr) << tfhub_status_message(status_.get());
}

TEST_F(CApi, InspectGivesTheJsonOfTheCommand) {
  std::filesystem::create_directories(root_ / "js");
  std::ofstream(root_ / "js/model.json")
      << R"({"format":"graph-model","modelTopology":{"node":[]},"weightsManifest":[]})";
  const std::string js = (root_ / "js").string();
  const String json(tfhub_inspect(js.c_str(), nullptr, status_.get()), tfhub_string_free);
  ASSERT_NE(json, nullptr) << tfhub_status_message(status_.get());
  EXPECT_THAT(json.get(), HasSubstr("\"kind\": \"tfjs\""));
  EXPECT_EQ(tfhub::inspect(js).value(), json.get());

  tfhub_options_set_format(options_.get(), "tf");  // is for handles: a path has the format that it has
  EXPECT_EQ(tfhub_inspect(js.c_str(), options_.get(), status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_USAGE);
  EXPECT_EQ(tfhub_inspect((root_ / "none").c_str(), nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_NOT_FOUND);
  std::ofstream(root_ / "js/model.json") << "{";
  EXPECT_EQ(tfhub_inspect(js.c_str(), nullptr, status_.get()), nullptr);
  EXPECT_EQ(tfhub_status_code(status_.get()), TFHUB_CORRUPT);
}

// No memory for options is no crash in the setter that follows.
TEST_F(CApi, SettersOfNothingDoNothing) {
  tfhub_options_set_cache_dir(nullptr, "x");
  tfhub_options_set_load_format(nullptr, "x");
  tfhub_options_set_output(nullptr, "x");
  tfhub_options_set_format(nullptr, "x");
  tfhub_options_set_force(nullptr, 1);
  tfhub_options_set_store(nullptr, "x");
  tfhub_options_set_tags(nullptr, "x,y");
  tfhub_options_set_io_device(nullptr, "x");
  tfhub_options_set_progress(nullptr, nullptr, nullptr);
  tfhub_options_free(nullptr);
  tfhub_status_free(nullptr);
  tfhub_string_free(nullptr);
  EXPECT_EQ(tfhub_status_code(nullptr), TFHUB_OK);
}

TEST_F(CApi, TheCppFunctionsAreInTheSameLibraryAndNothingElseIs) {
  EXPECT_EQ(tfhub::version(), tfhub_version());
  EXPECT_EQ(tfhub::resolve(root_.string()).value(), root_.string());
  EXPECT_EQ(tfhub::cache_directory("/c"), "/c");
  ASSERT_TRUE(tfhub::cache_list((root_ / "cache").string()));

  Dl_info info;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&tfhub_version), &info), 0);
  void* library = dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  EXPECT_NE(dlsym(library, "tfhub_resolve"), nullptr);
  EXPECT_EQ(dlsym(library, "SHA256_Update"), nullptr);  // OpenSSL is inside, and stays there
  EXPECT_EQ(dlsym(library, "lzma_code"), nullptr);
  dlclose(library);
}

}  // namespace
