// The log when nobody reads it: who says something never waits, what is too much is dropped and counted, and
// what is taken later comes whole.
#include "server/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "os/fd.h"

namespace tfhub::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    read_end = os::UniqueFd(ends[0]);
    write_end = os::UniqueFd(ends[1]);
  }
  std::string rest() {
    write_end = {};
    std::string text;
    std::array<char, 65536> block{};
    for (ssize_t n = 0; (n = ::read(read_end.get(), block.data(), block.size())) > 0;)
      text.append(block.data(), static_cast<size_t>(n));
    return text;
  }
  os::UniqueFd read_end, write_end;
};

TEST(TheLog, ComesWholeAndInOrder) {
  Pipe pipe;
  {
    AccessLog log(pipe.write_end.get());
    log.say("first");
    log.say("second");
  }
  EXPECT_EQ(pipe.rest(), "first\nsecond\n");
}

TEST(TheLog, LetsNobodyWaitWhenItIsNotRead) {
  Pipe pipe;
  std::string read;
  std::promise<void> seen;
  std::thread reader;
  const std::string line(1000, 'x');
  {
    AccessLog log(pipe.write_end.get());
    for (int i = 0; i < 20000; ++i) log.say(line);  // 20 MB: a pipe holds 64 KiB, the buffers 4 MiB each
    log.flush(std::chrono::milliseconds(1));        // returns although the pipe is full
    reader = std::thread([&] {                      // from here on somebody reads
      std::array<char, 65536> block{};
      bool dropped = false;
      for (ssize_t n = 0; (n = ::read(pipe.read_end.get(), block.data(), block.size())) > 0;) {
        read.append(block.data(), static_cast<size_t>(n));
        if (dropped || read.find("were dropped") == std::string::npos) continue;
        dropped = true;
        seen.set_value();
      }
    });
    seen.get_future().wait();
    log.say("after all");
  }
  pipe.write_end = {};
  reader.join();
  EXPECT_THAT(read, StartsWith(line + "\n"));
  EXPECT_THAT(read, HasSubstr(" lines of the log were dropped: nobody reads it\n"));
  EXPECT_THAT(read, EndsWith("after all\n"));
  EXPECT_LT(read.size(), 14U << 20U);
}

TEST(TheLog, IsWrittenByManyThreadsALineEach) {
  Pipe pipe;
  {
    AccessLog log(pipe.write_end.get());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&log, i] {
        for (int n = 0; n < 100; ++n) {
          log.say(std::string(20, static_cast<char>('a' + i)));
          if (n % 10 == 0) log.flush();
        }
      });
    for (std::thread& thread : threads) thread.join();
  }
  const std::string text = pipe.rest();
  EXPECT_EQ(text.size(), 4U * 100 * 21);
  for (size_t at = 0; at < text.size(); at += 21)
    EXPECT_EQ(text.find_first_not_of(text[at], at), at + 20) << at;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 400);
}

TEST(TheLog, ForgetsWhatAClosedDescriptorDoesNotTake) {
  ::signal(SIGPIPE, SIG_IGN);  // as the command does
  Pipe pipe;
  AccessLog log(pipe.write_end.get());
  pipe.read_end = {};
  log.say("to nobody");
  log.flush();
}

}  // namespace
}  // namespace tfhub::server
