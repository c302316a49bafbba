// Disks, sources and takers that fail at every place in turn: unpacking and packing end, and give their
// error.
#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <new>

#include "archive/archive_testing.h"
#include "archive/pack.h"
#include "archive/tar_reader.h"
#include "base/error.h"
#include "os/syscalls.h"
#include "testing/temp_dir.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;
using testing::TarBuilder;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

std::string many_files() {
  TarBuilder tar;
  tar.pax({{"comment", "x"}}, 'g').directory("./").directory("./d/");
  // More than a batch holds, some in directories without an entry, one larger than two blocks.
  for (int i = 0; i < 40; ++i) tar.file(fmt::format("./{}/{}", i % 3, i), std::string(i * 10, 'x'));
  return tar.file("./large", std::string(1'300'000, 'y')).end();
}

// `call` asks `before` for an errno; 0: it is made.
template <typename R, typename... Args>
void ask_before(std::function<R(Args...)>& call, const std::function<int()>& before) {
  call = [real = call, before](Args... arguments) -> R {
    errno = before();
    return errno != 0 ? -1 : real(arguments...);
  };
}

// Every change that unpacking makes to the disk.
os::Syscalls asking_before(const std::function<int()>& before) {
  os::Syscalls calls = os::Syscalls::real();
  ask_before(calls.open_beneath, before);
  ask_before(calls.mkdirat, before);
  ask_before(calls.write, before);
  return calls;
}

class FailingDisk : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Errors, FailingDisk, ::testing::Values(ENOSPC, EIO));

TEST_P(FailingDisk, EndsUnpackingWhereverItFails) {
  const std::string archive = testing::gzip(many_files());
  int failed = 0;
  for (int n = 1;; ++n) {
    const TempDir directory;
    auto staging = os::StagingDirectory::create(directory / "staging");
    ASSERT_TRUE(staging);
    std::atomic<int> calls = 0;
    Result<Extracted> result = fail(Code::kUsage, "");
    {
      const os::ScopedSyscalls scope(asking_before([&] { return ++calls == n ? GetParam() : 0; }));
      MemorySource source(as_bytes(archive));
      result = extract(source, *staging, {});
    }
    if (result) {
      EXPECT_LT(calls, n);
      break;
    }
    ++failed;
    // The archive is as it should be: it is not called corrupt, which would have it fetched again.
    EXPECT_EQ(result.error().code(), Code::kUnexpected) << result.error().message();
    if (GetParam() == ENOSPC) {
      EXPECT_THAT(result.error().message(), HasSubstr("full")) << "call " << n;
    }
  }
  EXPECT_GT(failed, 41 + 4 + 40);  // files, directories, what is written into them
}

// Lets the first `good` calls pass.
class Patience {
 public:
  explicit Patience(int good) : left_(good) {}
  Result<void> spend() {
    if (left_-- > 0) return {};
    return fail(Code::kNotAllowed, "no more of it");
  }

 private:
  int left_;
};

class TiredSink final : public ByteSink {
 public:
  explicit TiredSink(int good) : patience_(good) {}
  Result<void> write(Bytes) override { return patience_.spend(); }

 private:
  Patience patience_;
};

class TiredObserver final : public FileObserver {
 public:
  explicit TiredObserver(int good) : patience_(good) {}
  Result<void> begin(const TreeEntry&) override { return patience_.spend(); }
  Result<void> data(Bytes) override { return patience_.spend(); }
  Result<void> end(const FileEntry&) override { return patience_.spend(); }

 private:
  Patience patience_;
};

class TiredHandler final : public TarHandler {
 public:
  explicit TiredHandler(int good) : patience_(good) {}
  Result<void> directory(std::string_view) override { return patience_.spend(); }
  Result<void> begin_file(std::string_view, uint64_t) override { return patience_.spend(); }
  Result<void> data(Bytes) override { return patience_.spend(); }
  Result<void> end_file() override { return patience_.spend(); }
  Result<void> global_header() override { return patience_.spend(); }

 private:
  Patience patience_;
};

// Calls `work` with a taker that fails at its first call, its second and so on; how often it failed.
template <typename Taker, typename Work>
int failures(Work work) {
  for (int good = 0;; ++good) {
    Taker taker(good);
    const auto result = work(taker);
    if (result) return good;
    EXPECT_EQ(result.error().code(), Code::kNotAllowed) << good << ": " << result.error().message();
    EXPECT_EQ(result.error().message(), "no more of it") << good;
    if (::testing::Test::HasFailure()) return good;
  }
}

TEST(FailingTakers, EndPackingAndReadingWhereverTheyFail) {
  const TempDir directory;
  write_text(directory / "m/large", std::string(9'000'000, 'x'));
  write_text(directory / "m/empty", "");
  write_text(directory / "m/d/small", "small");
  const auto entries = list_tree(directory / "m", {});
  ASSERT_TRUE(entries);
  for (const unsigned threads : {1u, 3u}) {
    const int writes = failures<TiredSink>([&](TiredSink& sink) -> Result<void> {
      TFHUB_TRY(pack(*entries, sink, {.threads = threads}));
      return {};
    });
    EXPECT_GT(writes, 9);  // a header, nine chunks or more, a trailer
  }
  const int told = failures<TiredObserver>([&](TiredObserver& observer) -> Result<void> {
    TiredSink sink(1000);
    TFHUB_TRY(pack(*entries, sink, {.observer = &observer}));
    return {};
  });
  EXPECT_GT(told, 3 + 2 + 3);  // begun, with bytes, ended

  const std::string tar = many_files();
  for (const size_t step : {tar.size(), size_t{100}}) {
    const int read = failures<TiredHandler>([&](TiredHandler& handler) -> Result<void> {
      TarReader reader(handler);
      for (std::string_view rest = tar; !rest.empty(); rest.remove_prefix(std::min(step, rest.size())))
        TFHUB_TRY(reader.push(as_bytes(rest.substr(0, step))));
      return reader.finish();
    });
    EXPECT_GT(read, 1 + 2 + 41 * 3 - 3);  // the header, directories, files; the empty ones have no bytes
  }
}

TEST(FailingTakers, AFileThatIsGoneOrUnreadableIsNamed) {
  const TempDir directory;
  write_text(directory / "m/a", "x");
  write_text(directory / "m/b", "x");
  const auto entries = list_tree(directory / "m", {});
  ASSERT_TRUE(entries);
  std::filesystem::remove(directory / "m/b");
  TiredSink sink(1000);
  const auto gone = pack(*entries, sink, {});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), Code::kNotFound);
  EXPECT_THAT(gone.error().message(), HasSubstr(directory / "m/b"));
  std::filesystem::create_directory(directory / "m/b");  // opens, and cannot be read
  const auto unreadable = pack(*entries, sink, {});
  ASSERT_FALSE(unreadable);
  EXPECT_THAT(unreadable.error().message(), HasSubstr(directory / "m/b"));
}

struct NoMemory {
  [[noreturn]] static void fail() { throw std::bad_alloc(); }
  static constexpr const char* kSaid = "not enough memory";
};
struct OtherException {
  [[noreturn]] static void fail() { throw std::runtime_error("thrown by a stranger"); }
  static constexpr const char* kSaid = "thrown by a stranger";
};

// A source, and a sink, of somebody who throws, after so many calls.
template <typename What>
class Throwing final : public ByteSource, public ByteSink {
 public:
  Throwing(std::string_view bytes, int good) : rest_(bytes), left_(good) {}
  Result<size_t> read(MutableBytes buffer) override {
    if (left_-- <= 0) What::fail();
    const size_t n = std::min({buffer.size(), rest_.size(), size_t{100'000}});
    std::copy_n(as_bytes(rest_).begin(), n, buffer.begin());
    rest_.remove_prefix(n);
    return n;
  }
  Result<void> write(Bytes) override {
    if (left_-- <= 0) What::fail();
    return {};
  }

 private:
  std::string_view rest_;
  int left_;
};

template <typename What>
class Exceptions : public ::testing::Test {};
using BothKinds = ::testing::Types<NoMemory, OtherException>;
TYPED_TEST_SUITE(Exceptions, BothKinds);

TYPED_TEST(Exceptions, BecomeErrorsOfUnpackingAndPacking) {
  const std::string tar = many_files();
  for (const int good : {0, 1, 8}) {
    Throwing<TypeParam> source(tar, good);
    const auto unpacked = testing::unpack(source, {.name = "http://hub/m/1"});
    ASSERT_FALSE(unpacked.result) << good;
    EXPECT_EQ(unpacked.result.error().code(), Code::kUnexpected);
    EXPECT_THAT(unpacked.result.error().message(), HasSubstr(TypeParam::kSaid));
    EXPECT_THAT(unpacked.result.error().message(), HasSubstr("http://hub/m/1"));
  }
  const TempDir directory;
  write_text(directory / "m/f", std::string(3'000'000, 'x'));
  const auto entries = list_tree(directory / "m", {});
  ASSERT_TRUE(entries);
  for (const int good : {0, 1}) {
    Throwing<TypeParam> sink({}, good);
    const auto packed = pack(*entries, sink, {});
    ASSERT_FALSE(packed) << good;
    EXPECT_EQ(packed.error().code(), Code::kUnexpected);
    EXPECT_THAT(packed.error().message(), HasSubstr(TypeParam::kSaid));
  }
}

}  // namespace
}  // namespace tfhub::archive
