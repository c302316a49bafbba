#include "hubfs/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hubfs/scripted_hub.h"
#include "testing/scoped_env.h"
#include "testing/wait_until.h"

namespace tfhub::hubfs::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using tfhub::testing::ScopedEnv;
using transfer::test::quick;

constexpr uint64_t kMiB = 1 << 20;

struct FileSystemTest : ::testing::Test {
  FileSystem files{very_patient(), 64 * kMiB, quick()};
  const std::map<std::string, std::string> small{
      {"saved_model.pb", pattern(1000)}, {"variables/variables.index", "index"}, {"assets/empty", ""}};
  static const inline std::string large = pattern(21 * kMiB + 5);
};

TEST_F(FileSystemTest, AVersionIsAskedForOnce) {
  const ScriptedHub hub(small);
  EXPECT_THAT(*files.list(hub.path()), ElementsAre("assets", "saved_model.pb", "variables"));
  EXPECT_TRUE(files.stat(hub.path("acme/mul/1/variables"))->is_directory);
  EXPECT_EQ(files.stat(hub.path("acme/mul/1/saved_model.pb"))->size, 1000U);
  EXPECT_EQ(files.stat(hub.path("acme/mul/1/none")).error().code(), Code::kNotFound);
  EXPECT_EQ(files.list(hub.path("acme/mul/1/saved_model.pb")).error().code(), Code::kUsage);
  EXPECT_EQ(files.open(hub.path("acme/mul/1/variables")).error().code(), Code::kUsage);
  EXPECT_EQ(hub.questions(), 1U);
}

TEST_F(FileSystemTest, AFileIsReadAnywhereAndToItsEnd) {
  const ScriptedHub hub(small);
  const auto reader = *files.open(hub.path("acme/mul/1/saved_model.pb"));
  std::vector<std::byte> buffer(100);
  EXPECT_EQ(*reader->read(300, buffer), 100U);
  EXPECT_EQ(as_text(buffer), small.at("saved_model.pb").substr(300, 100));
  EXPECT_EQ(*reader->read(950, buffer), 50U);
  EXPECT_EQ(*reader->read(1000, buffer), 0U);
  EXPECT_EQ(*reader->read(UINT64_MAX, buffer), 0U);
  EXPECT_THAT(hub.ranges(), ElementsAre(""));
}

TEST_F(FileSystemTest, AnEmptyFileNeedsNoRequest) {
  const ScriptedHub hub(small);
  const auto reader = *files.open(hub.path("acme/mul/1/assets/empty"));
  std::vector<std::byte> buffer(1);
  EXPECT_EQ(*reader->read(0, buffer), 0U);
  EXPECT_THAT(hub.ranges(), IsEmpty());
}

TEST_F(FileSystemTest, ALargeReadIsFewLargeRequests) {
  const ScriptedHub hub({{"data", large}});
  EXPECT_EQ(*read_all(**files.open(hub.path("acme/mul/1/data")), large.size()), large);
  EXPECT_THAT(hub.ranges(), SizeIs(2));
  EXPECT_EQ(hub.asked_for(), large.size());
}

TEST_F(FileSystemTest, SmallReadsInTheirOrderBringEachByteOnce) {
  const ScriptedHub hub({{"data", large}});
  EXPECT_EQ(*read_all(**files.open(hub.path("acme/mul/1/data")), 100'000), large);
  EXPECT_LE(hub.ranges().size(), 8U);
  EXPECT_EQ(hub.asked_for(), large.size());
}

TEST_F(FileSystemTest, ManyReadersAtOnceBringEachByteOnce) {
  const ScriptedHub hub({{"data", large}});
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i)
    readers.emplace_back([&] {
      const auto reader = files.open(hub.path("acme/mul/1/data"));
      ASSERT_TRUE(reader);
      EXPECT_EQ(*read_all(**reader, 3 * kMiB), large);
    });
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(hub.questions(), 1U);
  EXPECT_EQ(hub.asked_for(), large.size());
}

TEST_F(FileSystemTest, ReadingHereAndThereBringsNothingElse) {
  const ScriptedHub hub({{"data", large}});
  const auto reader = *files.open(hub.path("acme/mul/1/data"));
  std::vector<std::byte> buffer(10);
  for (const uint64_t offset : {20 * kMiB, 2 * kMiB, 10 * kMiB}) EXPECT_TRUE(reader->read(offset, buffer));
  EXPECT_EQ(hub.asked_for(), 2 * kBlockSize + kMiB + 5);
}

TEST_F(FileSystemTest, ACacheOfNothingStillReads) {
  FileSystem without(very_patient(), 0, quick());
  const ScriptedHub hub({{"data", large}});
  EXPECT_EQ(*read_all(**without.open(hub.path("acme/mul/1/data")), large.size()), large);
  EXPECT_EQ(hub.asked_for(), large.size());
}

TEST_F(FileSystemTest, ACutConnectionIsTakenUp) {
  const ScriptedHub hub({{"data", large}}, [](Reply& answer, const auto&, int number) {
    if (number % 2 == 1) answer.cut_at = answer.bytes.size() / 2;
  });
  EXPECT_EQ(*read_all(**files.open(hub.path("acme/mul/1/data")), 6 * kMiB), large);
}

TEST_F(FileSystemTest, WrongBytesAreFoundOutBeforeTheLastOnesAreGiven) {
  std::atomic<bool> is_damaged = true;
  const ScriptedHub hub({{"data", large}}, [&](Reply& answer, const auto&, int) {
    if (is_damaged) answer.bytes.back() ^= 1;
  });
  const auto reader = *files.open(hub.path("acme/mul/1/data"));
  const auto wrong = read_all(*reader, large.size());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::kCorrupt);
  EXPECT_THAT(wrong.error().message(), HasSubstr("SHA-256"));
  is_damaged = false;
  EXPECT_FALSE(read_all(*reader, large.size())) << "what it gave before may have been wrong";
  EXPECT_EQ(*read_all(**files.open(hub.path("acme/mul/1/data")), large.size()), large);
}

TEST_F(FileSystemTest, WrongBytesThatWereReadAheadAreNotForgotten) {
  const ScriptedHub hub({{"data", large.substr(0, 2 * kBlockSize)}},
                        [](Reply& answer, const auto&, int) { answer.bytes.back() ^= 1; });
  const auto reader = *files.open(hub.path("acme/mul/1/data"));
  std::vector<std::byte> first(1);
  EXPECT_TRUE(tfhub::testing::wait_until([&] { return !reader->read(0, first); }));
}

TEST_F(FileSystemTest, WrongBytesOfASmallFileAreNeverGiven) {
  const ScriptedHub hub(small, [](Reply& answer, const auto&, int) { answer.bytes.back() ^= 1; });
  const auto reader = *files.open(hub.path("acme/mul/1/saved_model.pb"));
  std::vector<std::byte> buffer(1);
  EXPECT_EQ(reader->read(0, buffer).error().code(), Code::kCorrupt);
}

TEST_F(FileSystemTest, BlocksThatComeInAnyOrderAreDigested) {
  const ScriptedHub hub({{"data", large}}, [](Reply& answer, const RecordedRequest& request, int) {
    if (request.header("range").ends_with("-" + std::to_string(12 * kMiB - 1))) answer.bytes.back() ^= 1;
  });
  const auto reader = *files.open(hub.path("acme/mul/1/data"));
  std::vector<std::byte> buffer(kBlockSize);
  const uint64_t last = large.size() / kBlockSize;
  for (uint64_t i = last; i > 0; --i) ASSERT_TRUE(reader->read(i * kBlockSize, buffer)) << i;
  EXPECT_EQ(reader->read(0, buffer).error().code(), Code::kCorrupt);
}

TEST_F(FileSystemTest, ANameWithoutAVersionKeepsItsMeaning) {
  ScriptedHub hub(small);
  EXPECT_EQ(*files.version_path(hub.path("acme/mul")), hub.path("acme/mul/1"));
  hub.version = 2;
  EXPECT_EQ(*files.version_path(hub.path("acme/mul")), hub.path("acme/mul/1"));
  EXPECT_EQ(*files.version_path(hub.path("acme/mul/2/variables")), hub.path("acme/mul/2"));
  FileSystem later(very_patient(), 0, quick());
  EXPECT_EQ(*later.version_path(hub.path("acme/mul")), hub.path("acme/mul/2"));
}

TEST_F(FileSystemTest, WhatAHubDoesNotHaveIsNotThere) {
  const ScriptedHub hub(small);
  for (const char* path : {"acme", "acme/none/1", "acme/mul/7/saved_model.pb"}) {
    const auto found = files.stat(hub.path(path));
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().code(), Code::kNotFound) << path;
  }
}

TEST_F(FileSystemTest, AHostThatIsNoHubIsNamedSo) {
  for (const char* body : {"<html>", "[]", R"({"name":"acme/mul","version":1,"path":"","files":[{}]})",
                           R"({"name":"acme/mul","version":1,"path":"elsewhere","files":[]})"}) {
    const transfer::test::ScriptedServer server({reply("200 OK", "", body)});
    const auto found = files.stat("hub." + server.url("/acme/mul/1"));
    ASSERT_FALSE(found) << body;
    EXPECT_EQ(found.error().code(), Code::kNetwork);
    EXPECT_THAT(found.error().message(), HasSubstr("does not answer as a hub"));
  }
}

TEST_F(FileSystemTest, OfflineNothingIsAsked) {
  const ScriptedHub hub(small);
  const ScopedEnv offline("TFHUB_OFFLINE", "1");
  EXPECT_EQ(files.stat(hub.path()).error().code(), Code::kOffline);
  EXPECT_EQ(hub.questions(), 0U);
}

TEST_F(FileSystemTest, WhoeverWaitsWhenItStopsIsTold) {
  const ScriptedHub hub(small, [](Reply& answer, const auto&, int) {
    answer.cut_at = 10;
    answer.hang = true;
  });
  const auto reader = *files.open(hub.path("acme/mul/1/saved_model.pb"));
  std::thread waiting([&] {
    std::vector<std::byte> buffer(1);
    EXPECT_FALSE(reader->read(0, buffer));
  });
  while (hub.ranges().empty()) std::this_thread::yield();
  files.stop();
  waiting.join();
}

}  // namespace
}  // namespace tfhub::hubfs::test
