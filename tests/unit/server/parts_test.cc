// The small parts: the access log's lines, files kept open.
#include <fcntl.h>

#include "base/error.h"
#include "hub_fixture.h"
#include "server/access_log.h"
#include "server/open_files.h"
#include "testing/wait_until.h"

namespace tfhub::server {
namespace {

using ::testing::HasSubstr;

TEST(AccessLogLine, IsSafeToReadInATerminal) {
  std::string line;
  format_entry("2026-11-21T08:01:10Z",
               {"127.0.0.1", "GET", "/acme/m/1?tf-hub-format=compressed", "curl\x1b[31m\"\\", 200, 1234,
                std::chrono::microseconds(213), true},
               line);
  EXPECT_EQ(line,
            "2026-11-21T08:01:10Z 127.0.0.1 GET /acme/m/1?tf-hub-format=compressed 200 1234 0.213ms "
            "\"curl\\x1b[31m\\x22\\x5c\"\n");
  line.clear();
  format_entry("t", {"::1", "", "", std::string(5000, 'a'), 408, 0, std::chrono::seconds(2), false}, line);
  EXPECT_THAT(line, HasSubstr("t ::1 - - 408 0 2000.000ms cut \"aaa"));
  EXPECT_LT(line.size(), 700U);
}

TEST(AccessLogFile, GetsEveryLineWithoutBeingAskedAndAtTheEnd) {
  TempDir directory;
  const std::string path = directory.path() + "/log";
  os::UniqueFd file(::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600));
  const auto size = [&] { return std::filesystem::file_size(path); };
  {
    AccessLog log(file.get());
    AccessLog::Buffer &one = log.add_thread(), &two = log.add_thread();
    one.append("t", {"a", "GET", "/1", "", 200, 0, {}, true});
    EXPECT_TRUE(testing::wait_until([&] { return size() > 0; })) << "nobody flushed";
    two.append("t", {"a", "GET", "/2", "", 200, 0, {}, true});
  }
  std::string text(size(), '\0');
  ASSERT_EQ(::pread(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(text, "t a GET /1 200 0 0.000ms \"\"\nt a GET /2 200 0 0.000ms \"\"\n");
}

TEST(OpenFilesKept, AreTheMostRecentlyUsed) {
  TempDir directory;
  OpenFiles files(2);
  int opened = 0;
  const auto get = [&](const std::string& name) {
    return files.get(name, [&]() -> Result<os::UniqueFd> {
      ++opened;
      return os::UniqueFd(::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    });
  };
  const auto a = get("a");
  get("b");
  get("a");
  EXPECT_EQ(opened, 2);
  get("c");  // b goes
  get("a");
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(files.size(), 2U);
  get("b");
  EXPECT_EQ(opened, 4);
  EXPECT_GE((*a)->fd.get(), 0);
  const auto missing =
      files.get("x", []() -> Result<os::UniqueFd> { return fail(Code::kNotFound, "there is no {}", "x"); });
  EXPECT_FALSE(missing);
}

}  // namespace
}  // namespace tfhub::server
