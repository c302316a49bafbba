// What is asked for wrongly, and states that only others, or a moment's chance, bring about: in a directory
// and in a bucket.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "cache/bucket_testing.h"
#include "cache/cache_testing.h"
#include "cache/layout.h"
#include "cache/leftovers.h"
#include "cache/lock.h"
#include "os/syscalls.h"

namespace tfhub::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kSecond = "https://hub.example.org/acme/other/1";
const std::string kStandsForIt = "https://hub.example.org/acme/mul";
const std::string kSomebody = "elsewhere.7." + kTheirToken;  // alive, as far as anybody here can tell

// A record that is whole by its checksum and says `files`, lines of its own.
std::string descriptor_with(const std::string& handle, const std::string& files) {
  std::string text =
      format_descriptor({.handle = handle, .etag = {}, .alias_of = {}, .files = nullptr}).value();
  text.erase(text.rfind("end: "));
  text += files;
  return text + "end: " + Sha256::of(as_bytes(text)).hex() + "\n";
}

// A record that names one file, whose name no file system takes.
std::string descriptor_of_a_long_name(const std::string& handle) {
  const Manifest files = {{std::string(300, 'n'), 1, Sha256::of(as_bytes("x"))}};
  return format_descriptor({.handle = handle, .etag = {}, .alias_of = {}, .files = &files}).value();
}

const std::vector<std::string> kBadLines = {"file: \n",
                                            "file: x\n",
                                            "file: 1\n",
                                            "file: 1 short f\n",
                                            "file: 1 " + std::string(64, 'a') + ".f\n",
                                            "file: 1." + std::string(64, 'a') + " f\n"};

void expect_that_wrong_requests_are_refused(Cache& cache) {
  const std::string model = "https://hub.example.org/acme/mul/1";
  for (const std::string handle : {"", "a\nb", "a\x7f"}) {
    EXPECT_EQ(cache.find(handle).error().code(), Code::kUsage);
    EXPECT_EQ(cache.get_or_fill(handle, never_fill()).error().code(), Code::kUsage);
    EXPECT_EQ(cache.set_alias(handle, model, "").error().code(), Code::kUsage);
    EXPECT_EQ(cache.set_alias(model, handle, "").error().code(), Code::kUsage);
    EXPECT_EQ(cache.verify(handle).error().code(), Code::kUsage);
    EXPECT_EQ(cache.remove(handle).error().code(), Code::kUsage);
  }
  ASSERT_TRUE(cache.get_or_fill(model, fill_with(model_files())));
  EXPECT_TRUE(cache.set_alias(model, model, "e"));
  EXPECT_FALSE((*cache.find(model))->alias) << "nothing stands for itself";
  EXPECT_EQ(cache.get_or_fill(kSecond, fill_with({})).error().code(), Code::kCorrupt);
}

void expect_that_a_wrong_timeout_is_named(Cache& cache) {
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "soon");
  const std::string model = "https://hub.example.org/acme/mul/1";
  const auto named = [](const auto& result) {
    return !result && result.error().message().find("TFHUB_LOCK_TIMEOUT") != std::string::npos;
  };
  EXPECT_TRUE(named(cache.get_or_fill(kSecond, never_fill())));
  EXPECT_TRUE(named(cache.remove(model)));
  EXPECT_TRUE(named(cache.prune({})));
}

using OddDirectory = CacheTest;

TEST_F(OddDirectory, WrongRequestsAreRefused) {
  expect_that_wrong_requests_are_refused(cache_);
  expect_that_a_wrong_timeout_is_named(cache_);
}

TEST_F(OddDirectory, VerifyTellsWhatIsWrongWithARecord) {
  put(handle_);
  for (const std::string& line : kBadLines) {
    write_text(m(handle_) + ".descriptor.txt", descriptor_with(handle_, line));
    const auto damage = cache_.verify(handle_).value();
    ASSERT_THAT(damage, SizeIs(1)) << line;
    EXPECT_EQ(damage[0].what, "has a record that cannot be read") << line;
    EXPECT_FALSE(*cache_.find(handle_)) << line;
  }
  write_text(m(handle_) + ".descriptor.txt", descriptor_of_a_long_name(handle_));
  EXPECT_THAT(cache_.verify(handle_).value().at(0).what, HasSubstr("too long"));
  std::filesystem::remove_all(m(handle_));
  EXPECT_THAT(cache_.verify(handle_).value().at(0).what, HasSubstr("only its descriptor"));
  std::filesystem::remove(m(handle_) + ".descriptor.txt");

  put(handle_);
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  std::filesystem::create_directory(m(handle_) + "/saved_model.pb");
  EXPECT_EQ(cache_.verify(handle_).value().at(0).what, "is not a regular file");
}

// Whatever lies under the names of an entry, it is that one entry that is bad, and nobody waits for the other
// end of a FIFO.
TEST_F(OddDirectory, AFifoIsOneBadEntry) {
  put(kSecond);
  for (const std::string suffix : {".descriptor.txt", ".lock", "/saved_model.pb", ""}) {
    SCOPED_TRACE(suffix);
    put(handle_);
    std::filesystem::remove_all(m(handle_) + suffix);
    ASSERT_EQ(::mkfifo((m(handle_) + suffix).c_str(), 0644), 0);
    const bool only_a_lock = suffix == ".lock";
    EXPECT_EQ(cache_.find(handle_)->has_value(), only_a_lock);
    EXPECT_TRUE(*cache_.find(kSecond));
    EXPECT_THAT(cache_.list().value(), ::testing::Contains(::testing::Field(&Entry::handle, kSecond)));
    EXPECT_EQ(cache_.verify(std::nullopt)->empty(), only_a_lock);
    PruneOptions dry;
    dry.dry_run = true;
    EXPECT_TRUE(cache_.prune(dry));
    ASSERT_TRUE(cache_.get_or_fill(handle_, fill_with(model_files())));
    EXPECT_TRUE(is_complete(handle_));
    std::filesystem::remove(m(handle_) + ".lock");
    ASSERT_TRUE(cache_.remove(handle_));
  }
}

TEST_F(OddDirectory, AnOversizedDescriptorIsOneBadEntry) {
  put(handle_);
  put(kSecond);
  std::filesystem::resize_file(m(handle_) + ".descriptor.txt", (256ull << 20) + 1);  // sparse
  EXPECT_FALSE(*cache_.find(handle_));
  EXPECT_THAT(cache_.list().value(), SizeIs(2));
  EXPECT_THAT(cache_.verify(std::nullopt).value(), SizeIs(1));
  EXPECT_TRUE(cache_.prune({}));
}

TEST_F(OddDirectory, WhatIsRemovedWhileItIsVerifiedIsNoDamage) {
  put(handle_);
  put(kSecond);
  os::Syscalls calls = os::syscalls();
  int removed = 0;
  calls.openat = [&, real = calls.openat](int at, const char* path, int flags, mode_t mode) {
    // The content of the first file of each is read: another process takes the model away.
    for (const std::string& handle : {handle_, kSecond})
      if (std::string_view(path).starts_with(m(handle) + "/")) {
        std::filesystem::remove_all(m(handle));
        std::filesystem::remove(m(handle) + ".descriptor.txt");
        ++removed;
      }
    return real(at, path, flags, mode);
  };
  const os::ScopedSyscalls scope(calls);
  const auto damage = cache_.verify(std::nullopt);
  ASSERT_TRUE(damage) << damage.error().message();
  EXPECT_THAT(*damage, IsEmpty());
  EXPECT_GE(removed, 2);
}

TEST_F(OddDirectory, SeveralModelsOfTensorflowHubsAreCounted) {
  put_foreign(handle_);
  put_foreign(kSecond);
  std::string said;
  set_log_function([&](LogLevel, std::string_view text) { said += text; });
  EXPECT_THAT(cache_.verify(std::nullopt).value(), IsEmpty());
  set_log_function(nullptr);
  EXPECT_THAT(said, HasSubstr("2 models were"));
}

TEST_F(OddDirectory, WhatSomebodyIsFillingIsNotRemoved) {
  put(handle_);
  ASSERT_TRUE(cache_.set_alias(kStandsForIt, handle_, "e"));
  write_text(m(kStandsForIt) + ".lock", kSomebody);
  EXPECT_EQ(cache_.remove(handle_).error().code(), Code::kConflict);
  EXPECT_EQ(cache_.remove(kStandsForIt).error().code(), Code::kConflict);
  PruneOptions to_nothing;
  to_nothing.max_size = 0;
  EXPECT_THAT(cache_.prune(to_nothing)->removed, IsEmpty());
  EXPECT_TRUE(is_complete(handle_) && is_complete(kStandsForIt));

  // One that is broken is being filled anew, and is listed under its name.
  std::filesystem::rename(m(kStandsForIt) + ".lock", m(handle_) + ".lock");
  PruneOptions dry = to_nothing;
  dry.dry_run = true;
  EXPECT_THAT(cache_.prune(dry)->removed, IsEmpty());
  std::filesystem::remove(m(handle_) + "/saved_model.pb");
  bool listed = false;
  const auto entries = cache_.list().value();
  for (const Entry& entry : entries)
    listed = listed || (entry.state == State::kFilling && entry.handle == handle_);
  EXPECT_TRUE(listed);
}

TEST_F(OddDirectory, LeftoversThatCameToLifeStay) {
  std::filesystem::create_directories(cache_.directory());
  const EntryPaths paths = entry_paths(cache_.directory(), handle_).value();
  Child child([] { return true; });
  const pid_t dead = child.pid();
  ASSERT_TRUE(child.succeeded());
  const std::string token = new_token();
  write_text(paths.lock(), fmt::format("{}.{}.{}", os::host_name(), dead, token));
  write_text(paths.staging(token) + "/half", "12345");
  const auto found = find_leftovers(cache_.directory(), std::chrono::hours(1)).value();
  ASSERT_THAT(found, SizeIs(2));

  std::filesystem::remove(paths.lock());
  for (const Leftover& leftover : found)
    if (leftover.is_lock) {
      EXPECT_FALSE(remove_leftover(leftover).value()) << "it is gone";
    }
  const auto lock = EntryLock::try_acquire(paths).value();
  ASSERT_TRUE(lock);
  for (const Leftover& leftover : found) EXPECT_FALSE(remove_leftover(leftover).value()) << leftover.path;
  EXPECT_TRUE(std::filesystem::exists(paths.lock()) && std::filesystem::exists(paths.staging(token)));
}

class OddBucket : public BucketCacheTest {
 protected:
  std::string lock() const { return m(handle_) + ".lock"; }
};

TEST_F(OddBucket, WrongRequestsAreRefused) {
  expect_that_wrong_requests_are_refused(cache_);
  expect_that_a_wrong_timeout_is_named(cache_);
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "soon");
  EXPECT_FALSE(cache_.list());
  EXPECT_FALSE(cache_.verify(std::nullopt));
}

TEST_F(OddBucket, VerifyTellsWhatIsWrongWithARecord) {
  put(handle_);
  const std::string descriptor = m(handle_) + ".descriptor.txt";
  const std::string sound = bucket_.get(descriptor);
  for (const std::string& line : kBadLines) {
    bucket_.set(descriptor, descriptor_with(handle_, line));
    const auto damage = cache_.verify(handle_).value();
    ASSERT_THAT(damage, SizeIs(1)) << line;
    EXPECT_EQ(damage[0].what, "has a record that cannot be read") << line;
    EXPECT_FALSE(*cache_.find(handle_)) << line;
  }
  bucket_.set(descriptor, sound + "x");
  EXPECT_THAT(cache_.verify(handle_).value().at(0).what, HasSubstr("does not match its checksum"));
  bucket_.set(descriptor, sound);
  bucket_.set(m(handle_) + "/saved_model.pb", "longer than it was");
  EXPECT_THAT(cache_.verify(handle_).value().at(0).what, HasSubstr("bytes instead of"));

  put_foreign(kSecond, {{"variables/variables.index", "x"}});
  const auto all = cache_.verify(std::nullopt).value();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_TRUE(std::any_of(all.begin(), all.end(),
                          [](const Damage& damage) { return damage.what == "is half deleted or empty"; }));
}

TEST_F(OddBucket, WhatSomebodyIsFillingStays) {
  put(handle_);
  bucket_.set(lock(), kSomebody);
  PruneOptions to_nothing;
  to_nothing.max_size = 0;
  EXPECT_THAT(cache_.prune(to_nothing)->removed, IsEmpty());
  EXPECT_TRUE(*cache_.find(handle_));
  bucket_.set(m(kStandsForIt) + ".lock", kSomebody);
  EXPECT_TRUE(cache_.set_alias(kStandsForIt, handle_, "e"));
  EXPECT_FALSE(*cache_.find(kStandsForIt)) << "a tensorflow_hub is about to put its own there";
}

TEST_F(OddBucket, ALockThatGoesBetweenTwoLooksIsFree) {
  bucket_.set(lock(), kSomebody);
  bucket_.before_look = [&](const std::string& name) {
    if (name == lock()) bucket_.objects.erase(name);
  };
  put(handle_);
  bucket_.before_look = {};
  EXPECT_TRUE(*cache_.find(handle_));
}

TEST_F(OddBucket, WhoeverFinishedBetweenTheLookAndTheLockIsBelieved) {
  bool done = false;
  bucket_.before_write = [&](const std::string& name) -> Result<void> {
    if (done || name != lock()) return {};
    done = true;
    TFHUB_TRY(another_cache().get_or_fill(handle_, fill_with(model_files())));
    return {};
  };
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_TRUE(done);
  EXPECT_EQ(*path, url(handle_));
  EXPECT_FALSE(bucket_.has(lock()));
}

TEST_F(OddBucket, ALockThatIsTakenWhileItUploadsIsLost) {
  bucket_.before_write = [&](const std::string& name) -> Result<void> {
    if (name == m(handle_) + "/saved_model.pb") bucket_.set(lock(), kSomebody);
    return {};
  };
  const ScopedEnv timeout("TFHUB_LOCK_TIMEOUT", "0.05");
  int fills = 0;
  const auto path = cache_.get_or_fill(handle_, [&](os::StagingDirectory& staging, const std::string&) {
    if (++fills == 2) bucket_.before_write = {};  // the somebody stood still: it is our turn again
    return write_files(staging, model_files());
  });
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(fills, 2);
  EXPECT_THAT(cache_.verify(handle_).value(), IsEmpty());
}

TEST_F(OddBucket, WaitingEndsWhenToldTo) {
  bucket_.set(lock(), kSomebody);
  std::stop_source stop;
  const std::stop_token token = stop.get_token();
  const StopScope scope(token);
  bucket_.before_look = [&](const std::string& name) {
    if (name == lock()) stop.request_stop();
  };
  const auto path = cache_.get_or_fill(handle_, never_fill());
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code(), check_interrupted().error().code());
}

}  // namespace
}  // namespace tfhub::cache
