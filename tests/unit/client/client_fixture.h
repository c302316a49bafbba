// A temporary directory, a clean environment, a host with models of known bytes.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "archive/pack.h"
#include "base/log.h"
#include "base/settings.h"
#include "client/origin.h"
#include "client/scripted_server.h"
#include "testing/temp_dir.h"
#include "tfhub/hub.h"

namespace tfhub::client {

class StringSink final : public ByteSink {
 public:
  Result<void> write(Bytes bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const Setting* setting : settings::all()) ::unsetenv(std::string(setting->environment).c_str());
    for (const char* name : {"TFHUB_GCS_ENDPOINT", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
                             "HTTPS_PROXY", "ALL_PROXY"})
      ::unsetenv(name);
    ::setenv("TFHUB_CACHE_DIR", (root_ / "cache").c_str(), 1);
    ::setenv("TFHUB_RETRIES", "0", 1);
    set_log_function([this](LogLevel level, std::string_view message) {
      if (level == LogLevel::kWarning) warnings_ += std::string(message) + "\n";
    });
  }
  void TearDown() override { set_log_function({}); }

  std::string write(const std::string& name, std::string_view text) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  // A SavedModel directory whose saved_model.pb holds `content`.
  std::string model(const std::string& name, std::string_view content) {
    write(name + "/saved_model.pb", content);
    write(name + "/assets/vocab.txt", "a b c");
    return (root_ / name).string();
  }
  // Its archive, as a hub serves it.
  std::string archive(std::string_view content) {
    static int count = 0;
    const std::string directory = model("made/" + std::to_string(count++), content);
    StringSink sink;
    const auto entries = archive::list_tree(directory, {});
    EXPECT_TRUE(entries);
    EXPECT_TRUE(archive::pack(*entries, sink, {}));
    return sink.text;
  }
  // What is in the cache directory, sorted.
  std::vector<std::string> cache_names() const {
    std::vector<std::string> names;
    if (std::filesystem::exists(root_ / "cache"))
      for (const auto& entry : std::filesystem::directory_iterator(root_ / "cache"))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  tfhub::testing::TempDir directory_;
  const std::filesystem::path root_{directory_.path()};
  std::string warnings_;
};

}  // namespace tfhub::client
