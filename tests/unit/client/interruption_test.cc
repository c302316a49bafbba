// A call that its caller stops: it ends wherever it waits, and leaves nothing.
#include "base/interruption.h"

#include <latch>
#include <thread>

#include "base/digest.h"
#include "client/client_fixture.h"
#include "testing/wait_until.h"

namespace tfhub::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InterruptionTest : public ClientTest {
 protected:
  // resolve(), stopped as soon as `ready` is true.
  Result<std::string> resolve_until(const std::string& handle, const std::function<bool()>& ready) {
    std::stop_source stop;
    const std::stop_token token = stop.get_token();
    std::jthread stopper([&] {
      EXPECT_TRUE(tfhub::testing::wait_until(ready));
      stop.request_stop();
    });
    const StopScope scope(token);
    return resolve(handle);
  }
};

TEST_F(InterruptionTest, AHostThatSaysNothingIsNotWaitedFor) {
  std::latch end(1);
  std::atomic<bool> asked = false;
  ScriptedServer host([&](const ScriptedRequest&) {
    asked = true;
    end.wait();
    return ScriptedResponse{404, {}, ""};
  });
  const auto path = resolve_until(host.url() + "/acme/mul/1", [&] { return asked.load(); });
  end.count_down();
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kUnexpected);
  EXPECT_THAT(path.error().message(), HasSubstr("interrupted"));
  EXPECT_THAT(cache_names(), IsEmpty());
}

TEST_F(InterruptionTest, APauseBeforeAnotherTryIsCutShort) {
  ::setenv("TFHUB_RETRIES", "1", 1);
  std::atomic<int> asked = 0;
  ScriptedServer host([&](const ScriptedRequest&) {
    ++asked;
    return ScriptedResponse{503, {{"Retry-After", "60"}}, ""};
  });
  EXPECT_FALSE(resolve_until(host.url() + "/acme/mul/1", [&] { return asked > 0; }));
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(cache_names(), IsEmpty());
}

TEST_F(InterruptionTest, SomebodyElsesLockIsNotWaitedFor) {
  const std::string handle = "http://127.0.0.1:9/acme/mul/1";
  const std::string lock = sha1_hex(handle) + ".lock";
  write("cache/" + lock, "another-host.1." + std::string(32, 'a'));
  const auto path = resolve_until(handle, [] { return true; });
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), Code::kUnexpected);
  EXPECT_THAT(cache_names(), ::testing::ElementsAre(lock));
}

}  // namespace
}  // namespace tfhub::client
