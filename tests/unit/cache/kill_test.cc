// SIGKILL at every call that changes the disk, and at random moments: nothing partial is ever visible, the
// next one succeeds at once, and prune leaves nothing behind.
#include <random>

#include "cache/cache_testing.h"
#include "cache/changing_calls.h"

namespace tfhub::cache {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

// Dies before the n-th change to the disk, or right after it.
os::Syscalls killing(int n, bool after) {
  const auto calls = std::make_shared<int>(0);
  AroundCalls around;
  around.before = [=] {
    if (++*calls == n && !after) ::raise(SIGKILL);
    return 0;
  };
  around.after = [=] {
    if (*calls == n) ::raise(SIGKILL);
  };
  return changing_calls(around);
}

using Act = std::function<bool(Cache&)>;

class KillTest : public CacheTest {
 protected:
  // Kills `act` at every point, each time after `prepare` in a fresh cache, and looks at what is left.
  void kill_everywhere(const std::function<void()>& prepare, const Act& act,
                       const std::function<void()>& check) {
    for (const bool after : {false, true})
      for (int n = 1;; ++n) {
        SCOPED_TRACE(fmt::format("killed {} change {}", after ? "after" : "before", n));
        std::filesystem::remove_all(cache_.directory());
        prepare();
        Child child([&] {
          const os::ScopedSyscalls scope(killing(n, after));
          return act(cache_);
        });
        if (!child.was_killed()) {
          EXPECT_GT(n, 3);
          ++finished_;
          break;
        }
        ++kills_;
        check();
        if (HasFailure()) return;
      }
    EXPECT_EQ(finished_, 2);
  }

  // How often `act` changes the disk when nobody kills it.
  int changes_of(const Act& act) {
    int changes = 0;
    AroundCalls around;
    around.before = [&] { return ++changes, 0; };
    const os::ScopedSyscalls scope(changing_calls(around));
    EXPECT_TRUE(act(cache_));
    return changes;
  }

  // Kills `act` from outside as soon as it tells that it begins change `told`. Until then it goes on, but no
  // further than through change `last`.
  void kill_between(const Act& act, int told, int last) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const os::UniqueFd reader(ends[0]);
    os::UniqueFd writer(ends[1]);
    Child child([&] {
      int changes = 0;
      AroundCalls around;
      around.before = [&] {
        if (++changes == told && ::write(writer.get(), "x", 1) != 1) ::abort();
        return 0;
      };
      around.after = [&] {
        while (changes == last) ::pause();
      };
      const os::ScopedSyscalls scope(changing_calls(around));
      return act(cache_);
    });
    writer.reset();
    char begun = 0;
    ASSERT_EQ(::read(reader.get(), &begun, 1), 1) << "it ended before that change";
    ASSERT_TRUE(child.kill_now()) << "it was done already";
    ++kills_;
  }

  void is_whole_or_absent(const std::string& handle) {
    const auto hit = cache_.find(handle);
    ASSERT_TRUE(hit) << hit.error().message();
    if (!*hit) return;
    EXPECT_EQ((*hit)->state, State::kComplete);
    EXPECT_THAT(cache_.verify(handle).value(), IsEmpty());
  }

  // The next one succeeds at once; then prune leaves only what is meant to be there.
  void heals(const std::string& handle) {
    is_whole_or_absent(handle);
    Stopwatch watch;
    put(handle);
    EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
    EXPECT_TRUE(is_complete(handle));
    const auto pruned = cache_.prune({});
    ASSERT_TRUE(pruned) << pruned.error().message();
    EXPECT_THAT(names(), ElementsAreArray(only(handle)));
    EXPECT_TRUE(is_complete(handle));
  }

  int kills_ = 0, finished_ = 0;
};

TEST_F(KillTest, Filling) {
  kill_everywhere(
      [] {}, [&](Cache& cache) { return cache.get_or_fill(handle_, fill_with(model_files())).has_value(); },
      [&] { heals(handle_); });
  EXPECT_GT(kills_, 30);
}

TEST_F(KillTest, PruneAloneCleansUp) {
  kill_everywhere(
      [] {}, [&](Cache& cache) { return cache.get_or_fill(handle_, fill_with(model_files())).has_value(); },
      [&] {
        const auto pruned = cache_.prune({});
        ASSERT_TRUE(pruned) << pruned.error().message();

        EXPECT_EQ(names(), is_complete(handle_) ? only(handle_) : std::vector<std::string>());
      });
}

TEST_F(KillTest, ReplacingABrokenEntry) {
  kill_everywhere(
      [&] {
        put(handle_);
        std::filesystem::remove(m(handle_) + "/saved_model.pb");
      },
      [&](Cache& cache) { return cache.get_or_fill(handle_, fill_with(model_files())).has_value(); },
      [&] { heals(handle_); });
}

TEST_F(KillTest, TakingOver) {
  kill_everywhere(
      [&] {
        Child first([&] {
          return cache_
              .get_or_fill(handle_,
                           [&](os::StagingDirectory& staging, const std::string&) -> Result<Filled> {
                             TFHUB_TRY(write_files(staging, model_files()));
                             ::raise(SIGKILL);
                             return Filled{};
                           })
              .has_value();
        });
        ASSERT_TRUE(first.was_killed());
      },
      [&](Cache& cache) { return cache.get_or_fill(handle_, fill_with(model_files())).has_value(); },
      [&] { heals(handle_); });
}

TEST_F(KillTest, Removing) {
  kill_everywhere([&] { put(handle_); }, [&](Cache& cache) { return cache.remove(handle_).has_value(); },
                  [&] { heals(handle_); });
}

TEST_F(KillTest, SettingAnAlias) {
  const std::string unversioned = "https://hub.example.org/acme/mul",
                    next = "https://hub.example.org/acme/mul/2";
  kill_everywhere(
      [&] {
        put(handle_);
        put(next, {{"saved_model.pb", "the next graph"}});
        ASSERT_TRUE(cache_.set_alias(unversioned, handle_, "old"));
      },
      [&](Cache& cache) { return cache.set_alias(unversioned, next, "new").has_value(); },
      [&] {
        const auto hit = cache_.find(unversioned);
        ASSERT_TRUE(hit && *hit) << "there is always one or the other";
        EXPECT_TRUE((*hit)->handle == handle_ || (*hit)->handle == next);
        // Never the ETag of one with the bytes of the other.
        if (!(*hit)->etag.empty()) {
          EXPECT_EQ((*hit)->etag, (*hit)->handle == handle_ ? "old" : "new");
        }
        ASSERT_TRUE(cache_.set_alias(unversioned, next, "new"));
        EXPECT_EQ((*cache_.find(unversioned))->etag, "new");
        EXPECT_EQ((*cache_.find(unversioned))->path, m(next));
        ASSERT_TRUE(cache_.prune({}));
        EXPECT_EQ(names().size(), 6u);
      });
}

// From outside, and so between two changes or amid one; each time after some change and before a later one,
// so that every kill falls into the work.
TEST_F(KillTest, AtRandomMoments) {
  std::mt19937 random(20261121);
  Files files;
  for (int i = 0; i < 40; ++i) files.emplace_back(fmt::format("assets/{}/file", i), std::string(5000, 'x'));
  files.emplace_back("saved_model.pb", "g");
  const Act fill = [&](Cache& cache) { return cache.get_or_fill(handle_, fill_with(files)).has_value(); };
  const Act remove = [&](Cache& cache) { return cache.remove(handle_).has_value(); };
  put("https://hub.example.org/acme/first/1");  // makes the directory
  const int changes_of_fill = changes_of(fill), changes_of_remove = changes_of(remove);
  ASSERT_GT(changes_of_fill, 40 * 4);
  ASSERT_GT(changes_of_remove, 40 * 2);
  const auto kill_in = [&](const Act& act, int changes) {
    const int told = 1 + static_cast<int>(random() % static_cast<unsigned>(changes));
    const int last = std::min(told + static_cast<int>(random() % 20), changes);
    SCOPED_TRACE(fmt::format("killed after change {} to {}", told, last));
    kill_between(act, told, last);
    is_whole_or_absent(handle_);
  };
  for (int round = 0; round < 200 && !HasFailure(); ++round) {
    if (is_complete(handle_)) {
      ASSERT_TRUE(cache_.remove(handle_));
    }
    kill_in(fill, changes_of_fill);
    if (round % 4 == 0) {
      // Half a removal is a state to begin from, too.
      put(handle_, files);
      kill_in(remove, changes_of_remove);
    }
  }
  EXPECT_EQ(kills_, 250);
  ASSERT_TRUE(cache_.remove("https://hub.example.org/acme/first/1"));
  Stopwatch watch;
  put(handle_, files);
  EXPECT_LT(watch.seconds(), kNoLockWaitedFor);
  ASSERT_TRUE(cache_.prune({}));
  EXPECT_EQ(names(), only(handle_));
  EXPECT_THAT(cache_.verify(handle_).value(), IsEmpty());
}

}  // namespace
}  // namespace tfhub::cache
