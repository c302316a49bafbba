#include "store/process_mark.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tfhub::store {
namespace {

TEST(ProcessMark, GoesThroughText) {
  const ProcessMark self = ProcessMark::current();
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_GT(self.started, 0u);
  EXPECT_FALSE(self.boot.empty());
  const auto parsed = ProcessMark::parse(self.text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text(), self.text());
  EXPECT_EQ(self.text().find('/'), std::string::npos);
  for (const std::string bad : {"", "a.b.c", "a.b.c.d", "a.b.1.x", "a.b.1.2.3", "a.b.-.2"}) {
    EXPECT_FALSE(ProcessMark::parse(bad)) << bad;
  }
}

TEST(ProcessMark, KnowsTheLivingFromTheDead) {
  const ProcessMark self = ProcessMark::current();
  EXPECT_EQ(life_of(self, std::nullopt), Life::kAlive);
  EXPECT_EQ(life_of(self, true), Life::kAlive);  // perhaps not locked yet
  ProcessMark other_start = self;
  other_start.started += 1;  // the pid was used again
  EXPECT_EQ(life_of(other_start, std::nullopt), Life::kDead);
  EXPECT_EQ(life_of(other_start, false), Life::kAlive);

  ProcessMark other_boot = self;
  other_boot.boot = "another";
  EXPECT_EQ(life_of(other_boot, std::nullopt), Life::kUnknown);
  EXPECT_EQ(life_of(other_boot, true), Life::kUnknown);
  EXPECT_EQ(life_of(other_boot, false), Life::kAlive);

  ProcessMark other_container = self;
  other_container.pid_namespace = "1";
  EXPECT_EQ(life_of(other_container, std::nullopt), Life::kUnknown);
  EXPECT_EQ(life_of(other_container, true), Life::kDead);
}

TEST(ProcessMark, AZombieIsDead) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    while (true) ::pause();
  }
  // The child's mark, as it would write it itself.
  ProcessMark mark = ProcessMark::current();
  mark.pid = child;
  mark.started = 0;
  EXPECT_EQ(life_of(mark, std::nullopt), Life::kDead);  // such a pid, but begun at another time
  ::kill(child, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(life_of(mark, std::nullopt), Life::kDead);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(life_of(mark, std::nullopt), Life::kDead);
}

}  // namespace
}  // namespace tfhub::store
