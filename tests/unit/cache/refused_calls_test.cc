// Each call to the disk, or to the bucket, fails in turn, under everything that a cache can be asked for:
// that is said, what is found is whole all the same, and what was asked for succeeds once the trouble is
// over.
#include <gmock/gmock.h>

#include "cache/bucket_testing.h"
#include "cache/cache_testing.h"
#include "cache/changing_calls.h"
#include "cache/layout.h"

namespace tfhub::cache {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kTheModel = "https://hub.example.org/acme/mul/1";
const std::string kLeftByTheDead = "https://hub.example.org/acme/other/1";
const std::string kAliasOfIt = "https://hub.example.org/acme/mul";

// What a cache is asked for; the value does not matter.
struct Request {
  std::string name;
  std::function<Result<void>(Cache&)> ask;
  bool removes = false;  // done twice, the second finds nothing
  bool prunes = false;   // looks twice, a second apart, at what is left: asked once is enough
};

template <typename T>
Result<void> without_value(Result<T> result) {
  if (!result) return fail(std::move(result).error());
  return {};
}

std::vector<Request> every_request() {
  const auto prune = [](PruneOptions options) {
    return [options](Cache& cache) { return without_value(cache.prune(options)); };
  };
  PruneOptions to_nothing, dry;
  to_nothing.max_size = 0;
  dry = to_nothing;
  dry.dry_run = true;
  return {
      {"find", [](Cache& cache) { return without_value(cache.find(kTheModel)); }},
      {"find_alias", [](Cache& cache) { return without_value(cache.find(kAliasOfIt)); }},
      {"fill",
       [](Cache& cache) { return without_value(cache.get_or_fill(kTheModel, fill_with(model_files()))); }},
      {"fill_another",
       [](Cache& cache) {
         return without_value(cache.get_or_fill(kLeftByTheDead, fill_with(model_files())));
       }},
      {"set_alias", [](Cache& cache) { return cache.set_alias(kAliasOfIt, kTheModel, "\"2\""); }},
      {"list", [](Cache& cache) { return without_value(cache.list()); }},
      {"verify", [](Cache& cache) { return without_value(cache.verify(std::nullopt)); }},
      {"verify_alias", [](Cache& cache) { return without_value(cache.verify(kAliasOfIt)); }},
      {"prune", prune({}), false, true},
      {"prune_to_nothing", prune(to_nothing), false, true},
      {"prune_dry", prune(dry), false, true},
      {"remove", [](Cache& cache) { return cache.remove(kTheModel); }, true},
      {"remove_alias", [](Cache& cache) { return cache.remove(kAliasOfIt); }, true},
  };
}

const auto kRequestName = [](const auto& each) { return each.param.name; };

// A lock that nobody holds any more is respected for so long; each call that fails may leave one.
constexpr const char* kImpatient = "0.02";

class RefusedDiskCalls : public CacheTest, public ::testing::WithParamInterface<Request> {
 protected:
  static pid_t dead_pid() {
    Child child([] { return true; });
    const pid_t pid = child.pid();
    EXPECT_TRUE(child.succeeded());
    return pid;
  }
  // A model with an alias; one that is half deleted, with an alias too; what a process that died here left.
  void prepare(bool broken) {
    std::filesystem::remove_all(cache_.directory());
    put(kTheModel);
    ASSERT_TRUE(cache_.set_alias(kAliasOfIt, kTheModel, "\"1\""));
    if (broken) std::filesystem::remove(m(kTheModel) + "/saved_model.pb");
    if (!broken || !GetParam().prunes) {
      const std::string token = new_token();
      write_text(m(kLeftByTheDead) + ".lock", fmt::format("{}.{}.{}", os::host_name(), dead_, token));
      write_text(m(kLeftByTheDead) + "." + token + ".tmp/half", "12345");
      write_text(m(kLeftByTheDead) + "." + token + ".descriptor", "12345");
    }
    if (broken) std::filesystem::remove_all(m(kAliasOfIt));
    if (broken)
      write_text(m(kAliasOfIt) + "/variables/variables.index", "half a directory in the alias's place");
  }
  void expect_that_hits_are_whole() {
    for (const std::string& handle : {kTheModel, kLeftByTheDead, kAliasOfIt}) {
      const auto hit = cache_.find(handle);
      ASSERT_TRUE(hit) << hit.error().message();
      if (!*hit || (*hit)->state != State::kComplete) continue;
      for (const auto& [path, text] : model_files()) EXPECT_EQ(read_text((*hit)->path + "/" + path), text);
    }
  }

  const ScopedEnv timeout_{"TFHUB_LOCK_TIMEOUT", kImpatient};
  const pid_t dead_ = dead_pid();
};
INSTANTIATE_TEST_SUITE_P(Requests, RefusedDiskCalls, ::testing::ValuesIn(every_request()), kRequestName);

TEST_P(RefusedDiskCalls, DoNoHarm) {
  for (const bool broken : {false, true}) {
    for (int n = 1;; ++n) {
      SCOPED_TRACE(fmt::format("call {}, broken entries: {}", n, broken));
      prepare(broken);
      int calls = 0;
      Result<void> done;
      {
        os::Syscalls failing = changing_calls({.before = [&] { return ++calls == n ? EIO : 0; }});
        const auto open = os::Syscalls::real().openat;
        failing.openat = [&](int at, const char* path, int flags, mode_t mode) {
          if (++calls != n) return open(at, path, flags, mode);
          errno = EIO;
          return -1;
        };
        const auto look = os::Syscalls::real().fstatat;
        failing.fstatat = [&](int at, const char* path, struct ::stat* status, int flags) {
          if (++calls != n) return look(at, path, status, flags);
          errno = EIO;
          return -1;
        };
        const os::ScopedSyscalls scope(failing);
        done = GetParam().ask(cache_);
      }
      if (!done) {
        EXPECT_THAT(done.error().message(), HasSubstr(cache_.directory()));
      }
      expect_that_hits_are_whole();
      const auto again = GetParam().prunes ? Result<void>() : GetParam().ask(cache_);
      if (!again) {
        EXPECT_TRUE(GetParam().removes && again.error().code() == Code::kNotFound) << again.error().message();
      }
      expect_that_hits_are_whole();
      put(kTheModel);
      put(kLeftByTheDead);
      EXPECT_TRUE(is_complete(kTheModel) && is_complete(kLeftByTheDead));
      if (HasFailure()) return;
      if (calls < n) break;
    }
  }
}

// A cache that cannot even be looked at is no empty one.
TEST_P(RefusedDiskCalls, ADirectoryThatLeadsNowhereIsSaid) {
  std::filesystem::create_directory_symlink("circle", temp_ / "circle");
  DirectoryCache cache(temp_ / "circle");
  const auto done = GetParam().ask(cache);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr(temp_ / "circle"));
}

// Counts the calls, and fails one: before it is made, or after.
class TroubledBackend final : public BucketBackend {
 public:
  struct Trouble {
    std::atomic<int> calls = 0;
    int at = 0;
    bool answer_lost = false;
  };
  TroubledBackend(MemoryBucket& bucket, Trouble& trouble) : bucket_(bucket), trouble_(trouble) {}

  std::string url() const override { return bucket_.url(); }
  Result<std::optional<std::string>> read(const std::string& name) override {
    return around([&] { return bucket_.read(name); });
  }
  Result<std::optional<BucketObject>> look(const std::string& name) override {
    return around([&] { return bucket_.look(name); });
  }
  Result<std::unique_ptr<ByteSource>> open(const std::string& name) override {
    return around([&] { return bucket_.open(name); });
  }
  Result<std::vector<BucketObject>> list(const std::string& prefix) override {
    return around([&] { return bucket_.list(prefix); });
  }
  Result<void> write(const std::string& name, ByteSource& content) override {
    return around([&] { return bucket_.write(name, content); });
  }
  Result<bool> write_if_absent(const std::string& name, const std::string& content) override {
    return around([&] { return bucket_.write_if_absent(name, content); });
  }
  Result<void> remove(const std::vector<std::string>& names) override {
    return around([&] { return bucket_.remove(names); });
  }

 private:
  template <typename Call>
  auto around(Call call) -> decltype(call()) {
    const bool bad = ++trouble_.calls == trouble_.at;
    if (bad && !trouble_.answer_lost) return fail(Code::kNetwork, "the bucket is out of reach");
    auto result = call();
    if (bad) return fail(Code::kNetwork, "the bucket is out of reach");
    return result;
  }

  MemoryBackend bucket_;
  Trouble& trouble_;
};

class RefusedBucketCalls : public BucketCacheTest, public ::testing::WithParamInterface<Request> {
 protected:
  // As above; and a lock of tensorflow_hub's, elsewhere, which nobody holds any more.
  void prepare(bool broken) {
    bucket_.objects.clear();
    put(kTheModel);
    ASSERT_TRUE(cache_.set_alias(kAliasOfIt, kTheModel, "\"1\""));
    if (broken) bucket_.objects.erase(m(kTheModel) + "/saved_model.pb");
    put_foreign("https://x/foreign");
    put_lock(kLeftByTheDead, "elsewhere.7." + kTheirToken);
    bucket_.set(m(kLeftByTheDead) + "." + kTheirToken + ".tmp/saved_model.pb", "half");
    for (const std::string& name :
         {m(kLeftByTheDead) + ".lock", m(kLeftByTheDead) + "." + kTheirToken + ".tmp/saved_model.pb"})
      bucket_.age(name, std::chrono::hours(1));
  }
  void expect_that_hits_are_whole() {
    for (const std::string& handle : {kTheModel, kLeftByTheDead, kAliasOfIt}) {
      const auto hit = cache_.find(handle);
      ASSERT_TRUE(hit) << hit.error().message();
      if (!*hit) continue;
      for (const auto& [path, text] : model_files())
        EXPECT_EQ(bucket_.get((*hit)->path.substr(cache_.directory().size() + 1) + "/" + path), text);
    }
  }

  TroubledBackend::Trouble trouble_;
  BucketCache troubled_{std::make_unique<TroubledBackend>(bucket_, trouble_)};
  const ScopedEnv timeout_{"TFHUB_LOCK_TIMEOUT", kImpatient};
};
INSTANTIATE_TEST_SUITE_P(Requests, RefusedBucketCalls, ::testing::ValuesIn(every_request()), kRequestName);

TEST_P(RefusedBucketCalls, DoNoHarm) {
  for (const bool answer_lost : {false, true}) {
    for (const bool broken : {false, true}) {
      for (int n = 1;; ++n) {
        SCOPED_TRACE(fmt::format("call {}, answer lost: {}, broken entry: {}", n, answer_lost, broken));
        prepare(broken);
        trouble_.calls = 0;
        trouble_.at = n;
        trouble_.answer_lost = answer_lost;
        const auto done = GetParam().ask(troubled_);
        const bool reached = trouble_.calls >= n;
        trouble_.at = 0;
        if (!done) {
          EXPECT_TRUE(reached) << done.error().message();
          EXPECT_EQ(done.error().code(), Code::kNetwork) << done.error().message();
          EXPECT_THAT(done.error().message(), HasSubstr("out of reach"));
        }
        expect_that_hits_are_whole();
        const auto again = GetParam().ask(cache_);
        if (!again) {
          EXPECT_TRUE(GetParam().removes && again.error().code() == Code::kNotFound)
              << again.error().message();
        }
        expect_that_hits_are_whole();
        put(kTheModel);
        put(kLeftByTheDead);
        EXPECT_THAT(cache_.verify(kTheModel).value(), IsEmpty());
        if (HasFailure()) return;
        if (!reached) break;
      }
    }
  }
}

}  // namespace
}  // namespace tfhub::cache
