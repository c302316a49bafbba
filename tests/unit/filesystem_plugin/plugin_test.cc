// The plugin as TensorFlow uses it; this program plays TensorFlow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "filesystem_interface.h"
#include "hubfs/scripted_hub.h"

namespace tfhub::tensorflow {

struct TF_Status {
  int code = -1;
  std::string message;
};

}  // namespace tfhub::tensorflow

extern "C" __attribute__((visibility("default"))) void TF_SetStatus(tfhub::tensorflow::TF_Status* status,
                                                                    int code, const char* message) {
  status->code = code;
  status->message = message;
}

namespace tfhub::tensorflow {
namespace {

using hubfs::test::pattern;
using hubfs::test::ScriptedHub;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What TensorFlow keeps of a plugin: copies of its tables, which it then frees.
struct Loaded {
  TF_FilesystemPluginInfo info{};
  std::vector<std::string> schemes;
  TF_FilesystemOps files{};
  TF_RandomAccessFileOps reading{};
  TF_ReadOnlyMemoryRegionOps regions{};

  Loaded() {
    TF_InitPlugin(&info);
    for (size_t i = 0; i < info.num_schemes; ++i) {
      TF_FilesystemPluginOps& ops = info.ops[i];
      schemes.emplace_back(ops.scheme);
      files = *ops.filesystem_ops;
      reading = *ops.random_access_file_ops;
      regions = *ops.read_only_memory_region_ops;
      for (void* given :
           {static_cast<void*>(ops.scheme), static_cast<void*>(ops.filesystem_ops),
            static_cast<void*>(ops.random_access_file_ops), static_cast<void*>(ops.writable_file_ops),
            static_cast<void*>(ops.read_only_memory_region_ops)})
        info.plugin_memory_free(given);
    }
    info.plugin_memory_free(info.ops);
    TF_Status status;
    files.init(&filesystem, &status);
    EXPECT_EQ(status.code, TF_OK);
  }

  std::vector<std::string> list(const std::string& path, TF_Status& status) {
    char** entries = nullptr;
    const int count = files.get_children(&filesystem, path.c_str(), &entries, &status);
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
      names.emplace_back(entries[i]);
      info.plugin_memory_free(entries[i]);
    }
    info.plugin_memory_free(entries);
    return names;
  }

  std::string read(const std::string& path, uint64_t offset, size_t size, TF_Status& status) {
    TF_RandomAccessFile file{};
    files.new_random_access_file(&filesystem, path.c_str(), &file, &status);
    if (status.code != TF_OK) return {};
    std::string buffer(size, '\0');
    const int64_t got = reading.read(&file, offset, size, buffer.data(), &status);
    reading.cleanup(&file);
    buffer.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return buffer;
  }

  TF_Filesystem filesystem{};
};

// TensorFlow loads a plugin once.
Loaded& loaded() {
  static Loaded plugin;
  return plugin;
}

struct PluginTest : ::testing::Test {
  const std::string content = pattern(9 << 20);
  const ScriptedHub hub{{{"saved_model.pb", "model"}, {"empty", ""}, {"variables/data", content}}};
  Loaded& plugin = loaded();
  TF_Status status;
};

TEST_F(PluginTest, ItHasTwoSchemes) {
  EXPECT_THAT(plugin.schemes, ElementsAre("hub.http", "hub.https"));
}

TEST_F(PluginTest, DirectoriesAndFilesAreFound) {
  EXPECT_THAT(plugin.list(hub.path(), status), ElementsAre("empty", "saved_model.pb", "variables"));
  TF_FileStatistics found{};
  plugin.files.stat(&plugin.filesystem, hub.path("acme/mul/1/variables/data").c_str(), &found, &status);
  EXPECT_EQ(status.code, TF_OK);
  EXPECT_EQ(found.length, static_cast<int64_t>(content.size()));
  EXPECT_FALSE(found.is_directory);
  plugin.files.path_exists(&plugin.filesystem, hub.path("acme/mul/1/none").c_str(), &status);
  EXPECT_EQ(status.code, TF_NOT_FOUND);
  EXPECT_THAT(status.message, HasSubstr("none"));
}

TEST_F(PluginTest, AReadThatEndsEarlySaysThatTheFileEnds) {
  EXPECT_EQ(plugin.read(hub.path("acme/mul/1/saved_model.pb"), 0, 5, status), "model");
  EXPECT_EQ(status.code, TF_OK);
  EXPECT_EQ(plugin.read(hub.path("acme/mul/1/saved_model.pb"), 2, 10, status), "del");
  EXPECT_EQ(status.code, TF_OUT_OF_RANGE);
}

TEST_F(PluginTest, ManyThreadsReadAtOnce) {
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 8; ++i)
    threads.emplace_back([&, offset = i << 20] {
      TF_Status mine;
      EXPECT_EQ(plugin.read(hub.path("acme/mul/1/variables/data"), offset, 1 << 20, mine),
                content.substr(offset, 1 << 20));
      EXPECT_EQ(mine.code, TF_OK);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(PluginTest, AFileBecomesARegionOfMemoryAlignedAsTensorsAre) {
  TF_ReadOnlyMemoryRegion region{};
  const auto open = [&](const std::string& path) {
    plugin.files.new_read_only_memory_region_from_file(&plugin.filesystem, path.c_str(), &region, &status);
  };
  open(hub.path("acme/mul/1/variables/data"));
  ASSERT_EQ(status.code, TF_OK);
  const void* const data = plugin.regions.data(&region);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0U);
  EXPECT_EQ(std::string_view(static_cast<const char*>(data), plugin.regions.length(&region)), content);
  plugin.regions.cleanup(&region);
  open(hub.path("acme/mul/1/empty"));
  EXPECT_EQ(status.code, TF_INVALID_ARGUMENT);
  EXPECT_EQ(region.plugin_memory_region, nullptr);
}

TEST_F(PluginTest, NothingIsChanged) {
  const std::string path = hub.path("acme/mul/1/new");
  TF_WritableFile file{};
  plugin.files.new_writable_file(&plugin.filesystem, path.c_str(), &file, &status);
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  uint64_t files = 7, directories = 7;
  plugin.files.delete_recursively(&plugin.filesystem, path.c_str(), &files, &directories, &status);
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_EQ(files, 0U);
  EXPECT_EQ(directories, 1U);
  plugin.files.rename_file(&plugin.filesystem, path.c_str(), path.c_str(), &status);
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message, HasSubstr("tfhub publish"));
}

TEST_F(PluginTest, APathIsGivenBackInItsOneSpelling) {
  char* const name = plugin.files.translate_name(&plugin.filesystem, "hub.http://h:1/acme//mul/../mul/1/");
  EXPECT_STREQ(name, "hub.http://h:1/acme/mul/1");
  plugin.info.plugin_memory_free(name);
}

}  // namespace
}  // namespace tfhub::tensorflow
